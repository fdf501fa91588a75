//! Watches tell the truth: what a replica cannot read it does not vouch for.

use std::time::{Duration, Instant};

use muster_client::{Kit, Policy, Token};
use muster_proto::{
    common::v1::{
        FeedPosition, WatchChangesRequest, WatchChangesResponse, watch_changes_response::Step,
    },
    deployment::v1::{
        change_feed_service_client::ChangeFeedServiceClient, site_service_client::SiteServiceClient,
    },
};
use muster_tests::{Running, World, append, filler, new_site, reason};
use tonic::{Code, Status, Streaming, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus,
    health_client::HealthClient,
};

/// How long a replica that cannot read its database may leave its watchers without a word.
const NOTICED: Duration = Duration::from_secs(5);

fn caller(world: &World, replica: &Running) -> Kit {
    let kit = Kit::new(&replica.url(), Policy { tries: 1, ..Policy::default() }).unwrap();
    kit.showing(Token::text(world.token("operator")))
}

async fn watch(kit: &Kit) -> Result<Streaming<WatchChangesResponse>, Status> {
    let position = FeedPosition { mission: "missions/m".into(), ..Default::default() };
    let request = WatchChangesRequest { positions: vec![position], include_others: false };
    Ok(ChangeFeedServiceClient::new(kit.clone()).watch_changes(request).await?.into_inner())
}

async fn until_bookmark(watch: &mut Streaming<WatchChangesResponse>) {
    while !matches!(watch.message().await.unwrap().unwrap().step, Some(Step::Bookmark(_))) {}
}

async fn becomes(health: &mut Streaming<HealthCheckResponse>, expected: ServingStatus) {
    while health.message().await.unwrap().unwrap().status() != expected {}
}

#[tokio::test]
async fn a_watch_whose_replica_cannot_read_ends_within_five_seconds_and_health_says_so() {
    let world = World::start().await;
    world.ready_mission().await;
    let (replica, proxy) = world.deployment_replica_behind().await;
    replica.serves().await;
    let kit = caller(&world, &replica);
    let channel = Channel::from_shared(replica.url()).unwrap().connect().await.unwrap();
    let asked = HealthCheckRequest { service: String::new() };
    let mut health = HealthClient::new(channel).watch(asked).await.unwrap().into_inner();
    becomes(&mut health, ServingStatus::Serving).await;
    let mut open = watch(&kit).await.unwrap();
    until_bookmark(&mut open).await;

    proxy.silence();
    let cut = Instant::now();
    let ends = async {
        let end = open.message().await.expect_err("nothing can be known of the feed");
        (end, cut.elapsed())
    };
    let unhealthy = async {
        becomes(&mut health, ServingStatus::NotServing).await;
        cut.elapsed()
    };
    let ((end, ended), noticed) = tokio::join!(ends, unhealthy);
    assert_eq!((end.code(), reason(&end)), (Code::Unavailable, "DATABASE_UNAVAILABLE".into()));
    assert!(ended < NOTICED, "it took {ended:?}");
    assert!(noticed < NOTICED, "it took {noticed:?}");

    proxy.heal();
    becomes(&mut health, ServingStatus::Serving).await;
    let mut again = watch(&kit).await.unwrap();
    until_bookmark(&mut again).await;
}

#[tokio::test]
async fn with_one_connection_left_the_feed_still_moves() {
    let world = World::start().await;
    world.ready_mission().await;
    let replica = world.deployment_replica(|config| config.database_connections = 2).await;
    replica.serves().await;
    let kit = caller(&world, &replica);
    let mut sites = SiteServiceClient::new(kit.clone());
    let mut open = watch(&kit).await.unwrap();
    until_bookmark(&mut open).await;

    let pool = world.sql("deployment").await;
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("lock table deployment.sites in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    // It holds its connection until it is let go on.
    #[expect(clippy::disallowed_methods, reason = "the test waits for it")]
    let waiting = tokio::spawn(async move { sites.create_site(new_site("b")).await });
    let blocked = "select exists (select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(blocked).fetch_one(&pool).await.unwrap() {}
    for _ in 0..10 {
        let position = append(&pool, &filler(300)).await;
        loop {
            let told = tokio::time::timeout(NOTICED, open.message()).await;
            let told = told.expect("the feed stands still").unwrap().unwrap();
            if let Some(Step::Change(change)) = told.step {
                assert_eq!(change.position, position);
                break;
            }
        }
    }
    lock.rollback().await.unwrap();
    waiting.await.unwrap().unwrap();
}
