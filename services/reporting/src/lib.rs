//! Reports what a mission changes for people. Read the modules in this order: a request passes
//! them top to bottom.

pub mod config;
pub mod policy;
mod grpc;
mod app;
mod convert;
mod domain;
mod render;
mod store;
mod feed;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use muster_client::Kit;
use muster_service::{
    Clock, Database, Shutdown,
    health::{self, Peer},
    identity,
    policy::Policy,
    run::Service,
    server::{Gate, Load, Server},
};

pub use self::config::Config;
/// What a change of the deployment service's feed tells this service.
pub use self::convert::deployment::change as read_change;

/// The package whose services this program answers.
const PACKAGE: &str = "muster.reporting.v1";

/// The service that says how far the deployment has been followed.
const LINK_SERVICE: &str = "muster.reporting.v1.LinkService";

/// A reporting service that holds its database and port, ready to run.
pub struct Reporting {
    config: Config,
    /// The deployment service, whose feed is followed.
    peer: Kit,
    database: Database,
    server: Server,
    gate: Gate,
    keep_changes: Option<Duration>,
}

impl Service for Reporting {
    const NAME: &'static str = "muster-reporting";

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
        let peer = feed::peer(&config)?;
        Ok(Self { config, peer, database, server, gate, keep_changes })
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    async fn run(self, shutdown: Shutdown) -> anyhow::Result<()> {
        let (reporter, health_service) = tonic_health::server::health_reporter();
        let services = health::services_of(PACKAGE);
        health::announce(&reporter, &services).await;
        let app = app::App::new(self.database.clone(), &shutdown);
        let link = feed::Link::new(self.peer.clone(), &self.config, app.clone());
        let database = self.database.clone();
        let peer = Some(Peer { service: LINK_SERVICE, kit: self.peer });
        shutdown.spawn(health::supervise(reporter, services, database, peer, shutdown.clone()));
        shutdown.spawn(muster_service::feed::follow(link, shutdown.clone()));
        if let Some(time) = self.keep_changes {
            let database = self.database.clone();
            shutdown.spawn(muster_service::feed::keep(database, time, shutdown.clone()));
        }
        let feed = muster_service::feed::Feed::open(self.database.clone(), &shutdown);
        let routes = grpc::routes(&app, feed, health_service);
        let result = self.server.serve(routes, self.gate, shutdown).await;
        self.database.close().await;
        result
    }
}
