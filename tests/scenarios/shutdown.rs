//! A service that is asked to stop has stopped within its grace, whoever is still connected.

use std::time::{Duration, Instant};

use muster_proto::{
    common::v1::WatchChangesRequest,
    deployment::v1::{
        GetMissionRequest, change_feed_service_client::ChangeFeedServiceClient,
        mission_service_client::MissionServiceClient,
    },
};
use muster_tests::{GRACE, World, reason};
use tokio::{net::TcpStream, task::JoinSet};
use tonic::{Code, Request, transport::Endpoint};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;

#[tokio::test]
async fn open_streams_and_silent_connections_do_not_hold_up_a_stop() {
    let mut world = World::start().await;
    let mut feed = ChangeFeedServiceClient::new(world.client.deployment.clone());
    let everything = WatchChangesRequest { positions: Vec::new(), include_others: true };
    let mut watch = feed.watch_changes(everything).await.unwrap().into_inner();
    let silent = TcpStream::connect(world.deployment.address()).await.unwrap();

    let mut deployment = world.deployment;
    let stopped = tokio::task::spawn_blocking(move || {
        let asked = Instant::now();
        deployment.stop();
        asked.elapsed()
    });
    let ended = watch.message().await.unwrap_err();
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    assert!(ended.get_details_retry_info().is_some());
    let took = stopped.await.unwrap();
    assert!(took < GRACE + Duration::from_secs(2), "it took {took:?}");
    drop(silent);
    world.reporting.take();
}

#[tokio::test]
async fn a_service_says_that_it_stops_while_it_still_answers_and_then_ends_at_once() {
    const NOTICE: Duration = Duration::from_secs(1);
    let world = World::start().await;
    world.ready_mission().await;
    let mut replica = world.deployment_replica(|config| config.notice = NOTICE).await;
    replica.serves().await;
    let channel = Endpoint::from_shared(replica.url()).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(channel.clone());
    let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);

    let mut stopped = JoinSet::new();
    stopped.spawn(async move {
        let asked = Instant::now();
        replica.stop_in_the_background().await;
        asked.elapsed()
    });
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    let mut request =
        Request::new(GetMissionRequest { name: "missions/m".into(), ..Default::default() });
    let bearer = format!("Bearer {}", world.token("operator"));
    request.metadata_mut().insert("authorization", bearer.parse().unwrap());
    MissionServiceClient::new(channel).get_mission(request).await.unwrap();
    // The library's own watch ends as well, and does not use up the grace.
    let ended = watch.message().await.unwrap_err();
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    let took = stopped.join_next().await.unwrap().unwrap();
    assert!(NOTICE <= took && took < NOTICE + GRACE, "it took {took:?}");
}

#[tokio::test]
async fn a_stream_ends_at_its_callers_deadline() {
    let world = World::start().await;
    let mut feed = ChangeFeedServiceClient::new(world.client.deployment.clone());
    let everything = WatchChangesRequest { positions: Vec::new(), include_others: true };
    let mut request = Request::new(everything);
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let mut watch = feed.watch_changes(request).await.unwrap().into_inner();
    let ended = watch.message().await.unwrap_err();
    assert_eq!(
        (ended.code(), reason(&ended).as_str()),
        (Code::DeadlineExceeded, "DEADLINE_PASSED")
    );
}
