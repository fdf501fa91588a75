//! Says whether this service can do its work, to whoever asks the gRPC health service.

use std::time::Duration;

use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{Database, Shutdown};

const INTERVAL: Duration = Duration::from_secs(2);

/// Reports each service as serving as long as the database answers, until shutdown; then as
/// not serving, so that callers go elsewhere while running calls finish.
pub async fn supervise(
    reporter: HealthReporter,
    services: Vec<String>,
    database: Database,
    shutdown: Shutdown,
) {
    let mut interval = tokio::time::interval(INTERVAL);
    while shutdown.unless_asked(interval.tick()).await.is_some() {
        let status = match database.ping().await {
            Ok(()) => ServingStatus::Serving,
            Err(error) => {
                tracing::warn!(%error, "the database does not answer");
                ServingStatus::NotServing
            }
        };
        report(&reporter, &services, status).await;
    }
    report(&reporter, &services, ServingStatus::NotServing).await;
}

async fn report(reporter: &HealthReporter, services: &[String], status: ServingStatus) {
    for service in services {
        reporter.set_service_status(service, status).await;
    }
}

/// The names under which health is asked for: every service of a package, and "" for all.
pub fn services_of(package: &str) -> Vec<String> {
    let services = crate::rules::pool()
        .services()
        .filter(|service| service.package_name() == package)
        .map(|service| service.full_name().to_owned());
    std::iter::once(String::new()).chain(services).collect()
}
