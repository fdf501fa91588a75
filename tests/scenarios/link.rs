//! The reporting service learns of the deployment by its feed, exactly once in effect.

use muster::scenario::{Loader, Scenario};
use muster_proto::{
    deployment::v1::site_service_client::SiteServiceClient,
    reporting::v1::{self as pb, link_service_client::LinkServiceClient},
};
use muster_service::token::HEADER;
use muster_tests::{World, new_site, no_older_than, reason};
use time::macros::datetime;
use tonic::Code;

/// What the reporting service knows of the deployment, in words that do not depend on when it
/// learnt it.
async fn projection(world: &World) -> Vec<(String, i64, String)> {
    let pool = world.sql("reporting").await;
    let resources = sqlx::query_as(
        "select collection || '/' || key, revision, encode(message, 'hex')
        from reporting.deployment_revisions order by 1, 2",
    );
    let mut known: Vec<(String, i64, String)> = resources.fetch_all(&pool).await.unwrap();
    let events = sqlx::query_as(
        "select id, 0::bigint, kind || title || description || happened_on
        from reporting.timeline_events where kind = 'mission' order by id",
    );
    known.extend(events.fetch_all(&pool).await.unwrap());
    known
}

async fn caught_up(world: &World, token: &str) -> pb::LinkStatus {
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    let request = pb::GetLinkStatusRequest { name: "missions/m".into() };
    let mut tries = 0;
    loop {
        match link.get_link_status(no_older_than(request.clone(), token)).await {
            Ok(status) => return status.into_inner(),
            Err(status) if status.code() == Code::Unavailable && tries < 20 => tries += 1,
            Err(status) => panic!("{status:?}"),
        }
    }
}

#[tokio::test]
async fn a_read_with_the_token_of_a_write_is_never_older_than_it() {
    let world = World::start().await;
    let summary = world.ready_mission().await;
    caught_up(&world, &summary.consistency).await;
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    for number in 0..50 {
        let written = sites.create_site(new_site(&format!("site-{number}"))).await.unwrap();
        let token = written.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned();
        let request = pb::GetLinkStatusRequest { name: "missions/m".into() };
        let status = link.get_link_status(no_older_than(request, &token)).await.unwrap();
        let token: muster_service::token::Token = token.parse().unwrap();
        assert!(token.position <= status.into_inner().applied_position);
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_following_it_ends_with_the_same_projection() {
    let mut world = World::start().await;
    // Killed again and again while the mission is being loaded and after it.
    let client = world.client.clone();
    let scenario = Scenario::parse("ready.toml", muster_tests::READY).unwrap();
    let loading = Loader::new(&client).load(&scenario, |_| {});
    let killing = async {
        for _ in 0..5 {
            world.kill_reporting();
            world.restart_reporting().await;
        }
    };
    let (loaded, ()) = tokio::join!(loading, killing);
    let summary = loaded.unwrap();
    caught_up(&world, &summary.consistency).await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.kill_reporting();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let last = world.last_token().await;
    world.restart_reporting().await;
    caught_up(&world, &last).await;
    let after_kills = projection(&world).await;

    world.forget_reporting().await;
    caught_up(&world, &last).await;
    assert_eq!(projection(&world).await, after_kills);
    assert!(20 < after_kills.len());
}

#[tokio::test]
async fn a_token_of_another_life_of_the_feed_is_refused() {
    let world = World::start().await;
    let summary = world.ready_mission().await;
    caught_up(&world, &summary.consistency).await;
    let token = muster_service::token::Token {
        service: "deployment".into(),
        mission: muster_values::MissionId::trusted("m"),
        epoch: uuid::Uuid::now_v7(),
        position: 1,
    };
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    let request = pb::GetLinkStatusRequest { name: "missions/m".into() };
    let refused = link.get_link_status(no_older_than(request, &token.to_string())).await;
    assert_eq!(reason(&refused.unwrap_err()), "FEED_EPOCH_CHANGED");
}

#[tokio::test]
async fn a_new_life_of_the_feed_is_followed_from_its_beginning() {
    let mut world = World::start().await;
    let summary = world.ready_mission().await;
    let before = caught_up(&world, &summary.consistency).await;
    let known = projection(&world).await;
    world.kill_reporting();
    let pool = world.sql("deployment").await;
    sqlx::query("update deployment.feeds set epoch = gen_random_uuid()")
        .execute(&pool)
        .await
        .unwrap();
    world.restart_reporting().await;
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    loop {
        let request = pb::GetLinkStatusRequest { name: "missions/m".into() };
        let status = link.get_link_status(request).await.unwrap().into_inner();
        if status.epoch != before.epoch && status.applied_position == before.applied_position {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(projection(&world).await, known);
}

#[tokio::test]
async fn steps_of_the_mission_reach_the_timeline() {
    use pb::timeline_service_client::TimelineServiceClient;
    let world = World::start().await;
    let summary = world.ready_mission().await;
    let mut timeline = TimelineServiceClient::new(world.client.reporting.clone());
    let request = pb::ListTimelineEventsRequest {
        parent: "missions/m".into(),
        page_size: 1000,
        page_token: String::new(),
        ..Default::default()
    };
    let events = timeline
        .list_timeline_events(no_older_than(request, &summary.consistency))
        .await
        .unwrap()
        .into_inner()
        .timeline_events;
    let mandate = events.iter().find(|event| event.subject == "missions/m/mandates/first").unwrap();
    assert_eq!(mandate.kind(), pb::TimelineEventKind::Mission);
    let steps = events.iter().filter(|event| event.subject.contains("/contingents/ken-1"));
    assert_eq!(steps.count(), 6);
    let sorted = events.windows(2).all(|pair| {
        let day = |event: &pb::TimelineEvent| {
            event.event_date.map(|date| (date.year, date.month, date.day))
        };
        day(&pair[0]) <= day(&pair[1])
    });
    assert!(sorted);
}

#[tokio::test]
async fn no_service_answers_a_caller_who_has_seen_more_of_it_than_there_is() {
    use muster_proto::deployment::v1 as deployment;
    use muster_service::token::Token;
    let world = World::start().await;
    world.ready_mission().await;
    let true_token: Token = world.last_token().await.parse().unwrap();
    let ahead = Token { position: true_token.position + 1, ..true_token.clone() };
    let other_life = Token { epoch: uuid::Uuid::now_v7(), ..true_token.clone() };
    let channel = world.client.deployment.clone();
    let mut missions =
        deployment::mission_service_client::MissionServiceClient::new(channel.clone());
    let mut strength =
        deployment::strength_service_client::StrengthServiceClient::new(channel.clone());
    let mut feed =
        deployment::change_feed_service_client::ChangeFeedServiceClient::new(channel.clone());
    let name = "missions/m".to_owned();
    for (token, expected) in [
        (&true_token, None),
        (&ahead, Some("FEED_POSITION_AHEAD")),
        (&other_life, Some("FEED_EPOCH_CHANGED")),
    ] {
        let token = token.to_string();
        let get = deployment::GetMissionRequest { name: name.clone(), ..Default::default() };
        let one = missions.get_mission(no_older_than(get, &token)).await.map(|_| ());
        let list = deployment::ListMissionsRequest::default();
        let all = missions.list_missions(no_older_than(list, &token)).await.map(|_| ());
        let ask = deployment::GetStrengthRequest { name: name.clone(), ..Default::default() };
        let people = strength.get_strength(no_older_than(ask, &token)).await.map(|_| ());
        let ask = muster_proto::common::v1::ListChangesRequest {
            parent: name.clone(),
            ..Default::default()
        };
        let changes = feed.list_changes(no_older_than(ask, &token)).await.map(|_| ());
        for answer in [one, all, people, changes] {
            assert_eq!(answer.err().as_ref().map(reason).as_deref(), expected);
        }
    }
}
