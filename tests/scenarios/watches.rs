//! Watches tell the truth: what a replica cannot read it does not vouch for.

use std::time::{Duration, Instant};

use muster_client::{Kit, Policy, Token};
use muster_proto::{
    common::v1::{
        FeedPosition, WatchChangesRequest, WatchChangesResponse, watch_changes_response::Step,
    },
    deployment::v1::{
        CreateMandateRequest, Mandate, change_feed_service_client::ChangeFeedServiceClient,
        mandate_service_client::MandateServiceClient, site_service_client::SiteServiceClient,
    },
    google::r#type::{Date, Interval},
    reporting::v1::{
        self as reporting, incident_service_client::IncidentServiceClient,
        timeline_service_client::TimelineServiceClient,
    },
};
use muster_tests::{
    Running, World, append, at, filler, new_incident, new_site, no_older_than, reason,
};
use sqlx::PgPool;
use time::macros::datetime;
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

fn from_the_beginning() -> WatchChangesRequest {
    let position = FeedPosition { mission: "missions/m".into(), ..Default::default() };
    WatchChangesRequest { positions: vec![position], include_others: false }
}

async fn watch(kit: &Kit) -> Result<Streaming<WatchChangesResponse>, Status> {
    let mut feed = ChangeFeedServiceClient::new(kit.clone());
    Ok(feed.watch_changes(from_the_beginning()).await?.into_inner())
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

async fn until_one_is_blocked(pool: &PgPool) {
    let blocked = "select exists (select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(blocked).fetch_one(pool).await.unwrap() {}
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
    until_one_is_blocked(&pool).await;
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

/// Told to the deployment service, it becomes an event in the timeline of the other.
fn new_mandate(number: u8) -> CreateMandateRequest {
    let day = datetime!(2024-10-02 0:00 UTC);
    let mandate = Mandate {
        authority: "Council".into(),
        instrument: format!("Resolution {number}"),
        adoption_date: Some(Date { year: 2023, month: 10, day: 2 }),
        validity: Some(Interval {
            start_time: at(day),
            end_time: at(day + time::Duration::days(number.into()) + time::Duration::DAY),
        }),
        ..Mandate::default()
    };
    CreateMandateRequest {
        parent: "missions/m".into(),
        mandate_id: format!("m{number}"),
        mandate: Some(mandate),
        ..Default::default()
    }
}

#[tokio::test]
async fn with_one_connection_left_the_link_still_follows_and_the_feed_of_what_it_learns_moves() {
    let mut world = World::start().await;
    let token = world.ready_mission().await.consistency;
    world.kill_reporting();
    let url = world.deployment.url();
    let replica = world.reporting_replica(&url, |config| config.database_connections = 2).await;
    replica.serves().await;
    let kit = caller(&world, &replica);
    let list =
        reporting::ListTimelineEventsRequest { parent: "missions/m".into(), ..Default::default() };
    let mut timeline = TimelineServiceClient::new(kit.clone());
    timeline.list_timeline_events(no_older_than(list, &token)).await.unwrap();
    let mut feed = reporting::change_feed_service_client::ChangeFeedServiceClient::new(kit.clone());
    let mut open = feed.watch_changes(from_the_beginning()).await.unwrap().into_inner();
    until_bookmark(&mut open).await;

    let pool = world.sql("reporting").await;
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("lock table reporting.incidents in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let mut incidents = IncidentServiceClient::new(kit);
    // It holds its connection until it is let go on.
    #[expect(clippy::disallowed_methods, reason = "the test waits for it")]
    let waiting = tokio::spawn(async move { incidents.create_incident(new_incident("a")).await });
    until_one_is_blocked(&pool).await;
    let mut mandates = MandateServiceClient::new(world.client.deployment.clone());
    for number in 0..5 {
        mandates.create_mandate(new_mandate(number)).await.unwrap();
        loop {
            let told = tokio::time::timeout(NOTICED, open.message()).await;
            let told = told.expect("the link stands still").unwrap().unwrap();
            if let Some(Step::Change(change)) = told.step {
                assert!(change.resources[0].name.starts_with("missions/m/timelineEvents/"));
                break;
            }
        }
    }
    lock.rollback().await.unwrap();
    waiting.await.unwrap().unwrap();
}
