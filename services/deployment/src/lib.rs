//! Coordinates the deployment of a mission. Read the modules in this order: a request passes
//! them top to bottom.

pub mod config;
pub mod policy;
mod grpc;
mod app;
mod convert;
mod domain;
mod store;
mod feed;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use muster_service::{
    Clock, Database, Shutdown, health, identity,
    policy::Policy,
    run::Service,
    server::{Gate, Load, Server},
};

pub use self::config::Config;

/// The package whose services this program answers.
const PACKAGE: &str = "muster.deployment.v1";

/// A deployment service that holds its database and port, ready to run.
pub struct Deployment {
    database: Database,
    server: Server,
    gate: Gate,
    keep_changes: Option<Duration>,
}

impl Service for Deployment {
    const NAME: &'static str = "muster-deployment";

    type Config = Config;

    async fn migrate(config: &Config) -> anyhow::Result<()> {
        store::SCHEMA.prepare(&config.service).await
    }

    async fn start(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let gate = Gate {
            keys: identity::keys_for(&config.service)?.map(Arc::new),
            policy: Arc::new(Policy::of(PACKAGE, policy::ROWS)?),
            clock: clock.clone(),
            call_limit: config.service.call_limit,
            load: Load::of(&config.service),
        };
        let keep_changes = config.service.keep_changes();
        let server = Server::bind(config.service.listen, config.service.notice).await?;
        let database = Database::connect(&config.service, store::SCHEMA.name, clock).await?;
        Ok(Self { database, server, gate, keep_changes })
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    async fn run(self, shutdown: Shutdown) -> anyhow::Result<()> {
        let (reporter, health_service) = tonic_health::server::health_reporter();
        let services = health::services_of(PACKAGE);
        health::announce(&reporter, &services).await;
        let database = self.database.clone();
        shutdown.spawn(health::supervise(reporter, services, database, None, shutdown.clone()));
        if let Some(time) = self.keep_changes {
            let database = self.database.clone();
            shutdown.spawn(muster_service::feed::keep(database, time, shutdown.clone()));
        }
        let feed = muster_service::feed::Feed::open(self.database.clone(), &shutdown);
        let app = app::App::new(self.database.clone(), &shutdown);
        let routes = grpc::routes(&app, feed, health_service);
        let result = self.server.serve(routes, self.gate, shutdown).await;
        self.database.close().await;
        result
    }
}
