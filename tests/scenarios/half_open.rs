//! A link that is cut without a word: both ends notice, and calls go where they are answered.

use std::time::{Duration, Instant};

use muster_client::{Kit, Policy, Token};
use muster_proto::{
    deployment::v1::{
        GetContingentRequest, GetMissionRequest, Mission,
        contingent_service_client::ContingentServiceClient,
        mission_service_client::MissionServiceClient, site_service_client::SiteServiceClient,
    },
    reporting::v1::{GetLinkStatusRequest, link_service_client::LinkServiceClient},
};
use muster_service::token::HEADER;
use muster_tests::{Proxy, World, new_site, no_older_than, reason};
use tonic::{Code, Request, Status, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// A cut link is noticed within this, and another replica answers.
const NOTICED: Duration = Duration::from_secs(8);

async fn mission(kit: &Kit, timeout: Duration) -> Result<Mission, Status> {
    let mut request =
        Request::new(GetMissionRequest { name: "missions/m".into(), ..Default::default() });
    request.set_timeout(timeout);
    Ok(MissionServiceClient::new(kit.clone()).get_mission(request).await?.into_inner())
}

#[tokio::test]
async fn calls_on_a_link_that_goes_silent_are_answered_by_another_replica() {
    let world = World::start().await;
    world.ready_mission().await;
    let other = world.deployment_replica(|_| {}).await;
    other.serves().await;
    let (proxy, second) =
        (Proxy::to(world.deployment.address()).await, Proxy::to(other.address()).await);
    second.silence();
    let kit = Kit::new(&format!("{},{}", proxy.url(), second.url()), Policy::default()).unwrap();
    let kit = kit.showing(Token::text(world.token("operator")));
    let limit = Duration::from_secs(10);
    // Whoever is answered now was answered by the first replica.
    mission(&kit, limit).await.unwrap();
    second.heal();
    proxy.silence();
    let cut = Instant::now();
    let calls = futures::future::join_all((0..40).map(|_| mission(&kit, limit))).await;
    assert!(calls.iter().all(Result::is_ok), "{calls:?}");
    assert!(cut.elapsed() < NOTICED, "it took {:?}", cut.elapsed());
    // From here on none goes there at all.
    let after = Instant::now();
    for _ in 0..20 {
        mission(&kit, limit).await.unwrap();
    }
    assert!(after.elapsed() < Duration::from_secs(2), "it took {:?}", after.elapsed());
    proxy.heal();
}

#[tokio::test]
async fn a_call_on_a_silent_link_ends_at_its_deadline() {
    let world = World::start().await;
    world.ready_mission().await;
    let proxy = Proxy::to(world.deployment.address()).await;
    let kit = Kit::new(&proxy.url(), Policy::default()).unwrap();
    let kit = kit.showing(Token::text(world.token("operator")));
    mission(&kit, Duration::from_secs(10)).await.unwrap();
    proxy.silence();
    let began = Instant::now();
    let late = mission(&kit, Duration::from_secs(1)).await.unwrap_err();
    assert_eq!((late.code(), reason(&late)), (Code::DeadlineExceeded, "DEADLINE_PASSED".into()));
    assert!(began.elapsed() < Duration::from_millis(1300), "it took {:?}", began.elapsed());
    // The same kit goes on once the link does.
    proxy.heal();
    mission(&kit, Duration::from_secs(10)).await.unwrap();
}

#[tokio::test]
async fn the_link_between_the_services_goes_on_at_another_replica() {
    let mut world = World::start().await;
    world.ready_mission().await;
    // Only the replica that follows over links which can be cut.
    world.kill_reporting();
    let other = world.deployment_replica(|_| {}).await;
    other.serves().await;
    let proxies = [Proxy::to(world.deployment.address()).await, Proxy::to(other.address()).await];
    let both = format!("{},{}", proxies[0].url(), proxies[1].url());
    let reporting = world.reporting_replica(&both, |_| {}).await;
    let client = world.client_over(&world.deployment.url(), &reporting.url()).await;
    let mut link = LinkServiceClient::new(client.reporting.clone());
    // It follows one of them, whichever that is.
    for (number, proxy) in proxies.iter().enumerate() {
        proxy.silence();
        let cut = Instant::now();
        let mut sites = SiteServiceClient::new(client.deployment.clone());
        let written = sites.create_site(new_site(&format!("site-{number}"))).await.unwrap();
        let token = written.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned();
        loop {
            let request = GetLinkStatusRequest { name: "missions/m".into() };
            match link.get_link_status(no_older_than(request, &token)).await {
                Ok(_) => break,
                Err(status) => assert_eq!(reason(&status), "NOT_CAUGHT_UP"),
            }
        }
        // What was read then waited for a token in steps; noticing is the larger part of it.
        assert!(cut.elapsed() < NOTICED + Duration::from_secs(2), "{:?}", cut.elapsed());
        proxy.heal();
        let healed = Kit::new(&proxy.url(), Policy::default()).unwrap();
        healed.ready().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_goes_silent_is_noticed_and_nobody_waits_for_it_without_end() {
    let world = World::start().await;
    world.ready_mission().await;
    let (mut replica, proxy) = world.deployment_replica_behind().await;
    replica.serves().await;
    let once = Policy { tries: 1, ..Policy::default() };
    let kit = Kit::new(&replica.url(), once).unwrap();
    let kit = kit.showing(Token::text(world.token("operator")));
    let read = async || {
        let name = "missions/m/contingents/ken-1".to_owned();
        let mut request = Request::new(GetContingentRequest { name, ..Default::default() });
        request.set_timeout(Duration::from_secs(20));
        ContingentServiceClient::new(kit.clone()).get_contingent(request).await
    };
    read().await.unwrap();
    let channel = Channel::from_shared(replica.url()).unwrap().connect().await.unwrap();
    let asked = HealthCheckRequest { service: String::new() };
    let mut health = HealthClient::new(channel).watch(asked).await.unwrap().into_inner();
    assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::Serving);

    proxy.silence();
    let cut = Instant::now();
    let noticed = async {
        assert_eq!(health.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
        cut.elapsed()
    };
    let (noticed, refused) = tokio::join!(noticed, read());
    assert!(noticed < NOTICED, "it took {noticed:?}");
    assert_eq!(reason(&refused.unwrap_err()), "DATABASE_UNAVAILABLE");
    assert!(cut.elapsed() < Duration::from_secs(10), "it took {:?}", cut.elapsed());
    let asked = Instant::now();
    replica.stop_in_the_background().await;
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
}
