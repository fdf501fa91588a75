//! Says whether this service can do its work, to whoever asks the gRPC health service.

use std::time::Duration;

use muster_client::Kit;
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{Database, Shutdown, repeated};

const INTERVAL: Duration = Duration::from_secs(2);

/// Another service that one of ours is about; the rest answer without it.
pub struct Peer {
    /// The full name of our service that needs it.
    pub service: &'static str,
    /// Keeps up with how its replicas are.
    pub kit: Kit,
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
    let mut look = async || {
        interval.tick().await;
        database.ping().await
    };
    // A database that does not answer must not hold up the word that this service stops.
    while let Some(answer) = shutdown.unless_asked(look()).await {
        let answers = match answer {
            Ok(()) => true,
            Err(error) => {
                repeated::warn("the database does not answer", error);
                false
            }
        };
        // A feed that cannot be read is nothing that callers should come to either.
        let answers = answers && !database.sight.is_lost();
        let peer_serves = peer.as_ref().is_none_or(|peer| peer.kit.is_ready());
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
