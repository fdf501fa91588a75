//! Probes learn whether a service can do its work, without a token.

use muster_tests::World;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// Follows a service's health until it is as expected.
async fn becomes(world: &World, service: &str, expected: ServingStatus) {
    let url = world.reporting.as_ref().unwrap().url();
    let channel = muster::client::connect("reporting", &url).await.unwrap();
    let mut health = HealthClient::new(channel);
    let request = HealthCheckRequest { service: service.to_owned() };
    let mut watch = health.watch(request).await.unwrap().into_inner();
    while let Some(answer) = watch.message().await.unwrap() {
        if answer.status() == expected {
            return;
        }
    }
    panic!("the watch ended before {service:?} was {expected:?}");
}

#[tokio::test]
async fn the_link_is_as_healthy_as_the_service_it_follows_and_the_rest_goes_on() {
    let mut world = World::start().await;
    for service in ["", "muster.reporting.v1.FigureService", "muster.reporting.v1.LinkService"] {
        becomes(&world, service, ServingStatus::Serving).await;
    }
    world.deployment.stop();
    becomes(&world, "muster.reporting.v1.LinkService", ServingStatus::NotServing).await;
    becomes(&world, "", ServingStatus::Serving).await;
}
