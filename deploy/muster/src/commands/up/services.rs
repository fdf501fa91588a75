//! Both services in this process; they speak to each other over loopback like any two programs.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use anyhow::Context;
use muster_deployment::Deployment;
use muster_reporting::Reporting;
use muster_service::{Clock, ServiceConfig, Shutdown, run::Service};
use tokio::sync::mpsc;

use super::{
    GRACE, Up,
    database::{Schemas, Urls},
};
use crate::keys::KeyFiles;

/// The first of the two ports where none is asked for.
const USUAL_PORT: u16 = 50051;
const CALL_LIMIT: Duration = Duration::from_secs(30);
const DATABASE_CONNECTIONS: u32 = 16;

/// Where the services answer.
pub struct Addresses {
    deployment: SocketAddr,
    reporting: SocketAddr,
}

impl Addresses {
    pub fn deployment(&self) -> String {
        format!("http://{}", self.deployment)
    }

    pub fn reporting(&self) -> String {
        format!("http://{}", self.reporting)
    }
}

/// Starts both; a service that fails afterwards says why on the channel.
pub async fn start(
    up: &Up,
    schemas: &Schemas,
    keys: &KeyFiles,
    shutdown: &Shutdown,
) -> anyhow::Result<(Addresses, mpsc::Receiver<anyhow::Error>)> {
    let (failures, failed) = mpsc::channel(2);
    let config = muster_deployment::Config {
        service: service_config(up, &schemas.deployment, 0, keys.public_keys()),
    };
    let deployment = open::<Deployment>(config, |config| &mut config.service, up.port).await?;
    let config = muster_reporting::Config {
        service: service_config(up, &schemas.reporting, 1, keys.public_keys()),
        deployment_url: format!("http://{}", deployment.address()),
        deployment_token_file: Some(keys.reporting_token()),
    };
    let reporting = open::<Reporting>(config, |config| &mut config.service, up.port).await?;
    let addresses = Addresses { deployment: deployment.address(), reporting: reporting.address() };
    run(deployment, shutdown, failures.clone());
    run(reporting, shutdown, failures);
    Ok((addresses, failed))
}

/// Starts a service; at a free port where the usual one is taken and none was asked for.
async fn open<S: Service<Config: Clone>>(
    mut config: S::Config,
    common: impl Fn(&mut S::Config) -> &mut ServiceConfig,
    asked: Option<u16>,
) -> anyhow::Result<S> {
    let what = || format!("cannot start {}", S::NAME);
    S::migrate(&config).await.with_context(what)?;
    let taken = match S::start(config.clone(), Clock::System).await {
        Err(error) if asked.is_none() && is_taken(&error) => common(&mut config),
        result => return result.with_context(what),
    };
    eprintln!("Port {} is taken; taking a free one", taken.listen.port());
    taken.listen.set_port(0);
    S::start(config, Clock::System).await.with_context(what)
}

fn is_taken(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::AddrInUse)
}

fn run<S: Service + 'static>(
    service: S,
    shutdown: &Shutdown,
    failures: mpsc::Sender<anyhow::Error>,
) {
    let stop = shutdown.clone();
    shutdown.spawn(async move {
        if let Err(error) = service.run(stop).await {
            let _ = failures.send(error.context(format!("{} failed", S::NAME))).await;
        }
    });
}

/// The settings of the first or second service, by the offset of its port.
fn service_config(up: &Up, database: &Urls, offset: u16, keys: PathBuf) -> ServiceConfig {
    let port = up.port.unwrap_or(USUAL_PORT).saturating_add(offset);
    ServiceConfig {
        listen: (Ipv4Addr::LOCALHOST, port).into(),
        database_url: database.runner.clone(),
        owner_database_url: Some(database.owner.clone()),
        database_connections: DATABASE_CONNECTIONS,
        calls_at_once: None,
        jwks_file: Some(keys),
        insecure: false,
        call_limit: CALL_LIMIT,
        keep_changes_days: None,
        notice: Duration::ZERO,
        grace: GRACE,
        log_format: up.log_format,
        log: up.log.clone(),
    }
}
