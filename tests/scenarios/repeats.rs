//! A call that is repeated has its effect once.

use muster_proto::{
    common::v1::ListChangesRequest,
    deployment::v1::{
        self as pb, change_feed_service_client::ChangeFeedServiceClient,
        mission_service_client::MissionServiceClient, site_service_client::SiteServiceClient,
    },
};
use muster_service::identity::{Grant, Role};
use muster_tests::{World, new_site, reason};
use sqlx::PgPool;
use uuid::Uuid;

fn open(id: &str, display_name: &str, request_id: &str) -> pb::CreateMissionRequest {
    pb::CreateMissionRequest {
        mission_id: id.into(),
        mission: Some(pb::Mission {
            display_name: display_name.into(),
            host_country_code: "HTI".into(),
            ..pb::Mission::default()
        }),
        request_id: request_id.into(),
        ..Default::default()
    }
}

const ID: &str = "0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0001";

async fn commits(world: &World) -> i64 {
    let mut feed = ChangeFeedServiceClient::new(world.client.deployment.clone());
    let request = ListChangesRequest { parent: "missions/m".into(), ..Default::default() };
    feed.list_changes(request).await.unwrap().into_inner().head_position
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer_and_changes_nothing() {
    let world = World::start().await;
    let mut missions = MissionServiceClient::new(world.client.deployment.clone());
    let first = missions.create_mission(open("m", "M", ID)).await.unwrap();
    let again = missions.create_mission(open("m", "M", ID)).await.unwrap();
    assert!(again.metadata().contains_key("muster-replayed"));
    assert_eq!(again.into_inner(), first.into_inner());
    assert_eq!(commits(&world).await, 1);
}

#[tokio::test]
async fn twins_at_once_have_one_effect_and_the_same_answer() {
    let world = World::start().await;
    let twin = || {
        let mut missions = MissionServiceClient::new(world.client.deployment.clone());
        async move { missions.create_mission(open("m", "M", ID)).await.unwrap().into_inner() }
    };
    let answers = tokio::join!(twin(), twin(), twin(), twin());
    assert!(answers.0 == answers.1 && answers.1 == answers.2 && answers.2 == answers.3);
    assert_eq!(commits(&world).await, 1);
}

#[tokio::test]
async fn a_request_id_with_other_content_is_refused() {
    let world = World::start().await;
    let mut missions = MissionServiceClient::new(world.client.deployment.clone());
    missions.create_mission(open("m", "M", ID)).await.unwrap();
    let refused = missions.create_mission(open("m", "Another", ID)).await.unwrap_err();
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn a_refused_call_leaves_its_request_id_free() {
    let world = World::start().await;
    let mut missions = MissionServiceClient::new(world.client.deployment.clone());
    missions.create_mission(open("m", "M", "")).await.unwrap();
    let refused = missions.create_mission(open("m", "M", ID)).await.unwrap_err();
    assert_eq!(reason(&refused), "ALREADY_EXISTS");
    missions.create_mission(open("n", "N", ID)).await.unwrap();
}

#[tokio::test]
async fn a_replay_is_authorised_like_the_first_call() {
    let world = World::start().await;
    let mut missions = MissionServiceClient::new(world.client.deployment.clone());
    missions.create_mission(open("m", "M", ID)).await.unwrap();
    let reader = world.client_with(vec![Grant::everywhere(Role::Auditor)]).await;
    let mut missions = MissionServiceClient::new(reader.deployment);
    let refused = missions.create_mission(open("m", "M", ID)).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
}

/// How many request ids are kept beyond their time.
async fn expired(pool: &PgPool) -> i64 {
    let count = "select count(*) from deployment.idempotency_keys where expires_at < now()";
    sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn each_new_request_id_takes_the_place_of_five_that_expired() {
    let world = World::start().await;
    world.ready_mission().await;
    let pool = world.sql("deployment").await;
    sqlx::query("delete from deployment.idempotency_keys").execute(&pool).await.unwrap();
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    let mut create = async |id: String| {
        let request_id = Uuid::now_v7().to_string();
        sites.create_site(pb::CreateSiteRequest { request_id, ..new_site(&id) }).await.unwrap();
    };
    for number in 0..12 {
        create(format!("old-{number}")).await;
    }
    let past = "update deployment.idempotency_keys set expires_at = now() - interval '1s'";
    sqlx::query(past).execute(&pool).await.unwrap();
    let mut left = vec![expired(&pool).await];
    for number in 0..3 {
        create(format!("new-{number}")).await;
        left.push(expired(&pool).await);
    }
    assert_eq!(left, [12, 7, 2, 0]);
}
