//! A service that is asked to stop has stopped within its grace, whoever is still connected.

use std::time::{Duration, Instant};

use muster_proto::{
    common::v1::WatchChangesRequest,
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient,
};
use muster_tests::{GRACE, World, reason};
use tokio::net::TcpStream;
use tonic::{Code, Request};
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
