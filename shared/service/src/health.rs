//! Says whether this service can do its work, to whoever asks the gRPC health service.

use std::time::Duration;

use tonic::{Request, transport::Channel};
use tonic_health::{
    ServingStatus,
    pb::{
        HealthCheckRequest, health_check_response::ServingStatus as PeerStatus,
        health_client::HealthClient,
    },
    server::HealthReporter,
};

use crate::{Database, Shutdown};

const INTERVAL: Duration = Duration::from_secs(2);
/// How long a peer may take to say how it is.
const PEER_LIMIT: Duration = Duration::from_secs(2);

/// Another service that one of ours is about; the rest answer without it.
pub struct Peer {
    /// The full name of our service that needs it.
    pub service: &'static str,
    pub channel: Channel,
}

/// Reports each service as serving as long as the database answers, and the one that needs a
/// peer as long as that serves too; after shutdown as not serving, so that callers go elsewhere
/// while running calls finish.
pub async fn supervise(
    reporter: HealthReporter,
    services: Vec<String>,
    database: Database,
    peer: Option<Peer>,
    shutdown: Shutdown,
) {
    let mut interval = tokio::time::interval(INTERVAL);
    while shutdown.unless_asked(interval.tick()).await.is_some() {
        let answers = match database.ping().await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the database does not answer");
                false
            }
        };
        let peer_serves = match &peer {
            Some(peer) => peer.serves().await,
            None => true,
        };
        for service in &services {
            let needs_peer = peer.as_ref().is_some_and(|peer| peer.service == service);
            report(&reporter, service, answers && (peer_serves || !needs_peer)).await;
        }
    }
    announce(&reporter, &services).await;
}

/// Makes every service known, as not serving until the first look, before anyone can ask.
pub async fn announce(reporter: &HealthReporter, services: &[String]) {
    for service in services {
        report(reporter, service, false).await;
    }
}

impl Peer {
    async fn serves(&self) -> bool {
        let mut request = Request::new(HealthCheckRequest::default());
        request.set_timeout(PEER_LIMIT);
        match HealthClient::new(self.channel.clone()).check(request).await {
            Ok(answer) => answer.into_inner().status() == PeerStatus::Serving,
            Err(status) => {
                tracing::warn!(code = ?status.code(), "the peer does not say how it is");
                false
            }
        }
    }
}

async fn report(reporter: &HealthReporter, service: &str, serves: bool) {
    let status = if serves { ServingStatus::Serving } else { ServingStatus::NotServing };
    reporter.set_service_status(service, status).await;
}

/// The names under which health is asked for: every service of a package, and "" for all.
pub fn services_of(package: &str) -> Vec<String> {
    let services = crate::rules::pool()
        .services()
        .filter(|service| service.package_name() == package)
        .map(|service| service.full_name().to_owned());
    std::iter::once(String::new()).chain(services).collect()
}
