//! What is measured runs in a process of its own, so that its time and memory are its own.

use std::{io::Write, time::Duration};

use clap::Subcommand;
use muster_deployment::Deployment;
use muster_reporting::Reporting;
use muster_service::{Clock, ServiceConfig, Shutdown, rules, run::Service, telemetry};
use tokio::net::TcpListener;
use tonic::{service::Routes, transport};

#[derive(Subcommand)]
pub enum Serve {
    Deployment(muster_deployment::Config),
    Reporting(muster_reporting::Config),
    /// The health check and nothing else
    Bare,
}

pub async fn run(serve: Serve) -> anyhow::Result<()> {
    match serve {
        Serve::Deployment(config) => service::<Deployment>(config).await,
        Serve::Reporting(config) => service::<Reporting>(config).await,
        Serve::Bare => bare().await,
    }
}

/// A service as its own program runs it, on a port that it says.
async fn service<S: Service>(config: S::Config) -> anyhow::Result<()> {
    let common: &ServiceConfig = config.as_ref();
    let _writing = telemetry::init(common.log_format, &common.log)?;
    rules::prepare()?;
    let shutdown = Shutdown::new(Duration::from_secs(1));
    S::migrate(&config).await?;
    let service = S::start(config, Clock::System).await?;
    say(service.address())?;
    service.run(shutdown).await
}

async fn bare() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(listener.local_addr()?)?;
    let (_reporter, health) = tonic_health::server::health_reporter();
    let incoming = transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = transport::Server::builder().add_routes(Routes::new(health));
    Ok(server.serve_with_incoming(incoming).await?)
}

fn say(address: std::net::SocketAddr) -> anyhow::Result<()> {
    println!("{address}");
    Ok(std::io::stdout().flush()?)
}
