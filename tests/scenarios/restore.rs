//! A database that was restored from a backup: what the backup does not hold is never mixed with
//! what comes after it.

use std::collections::BTreeSet;

use muster::client::Client;
use muster_proto::{
    common::v1::{FeedPosition, ListChangesRequest, ReadSnapshotRequest, WatchChangesRequest},
    deployment::v1::{
        CreateSiteRequest, GetSiteRequest,
        change_feed_service_client::ChangeFeedServiceClient as DeploymentFeed,
        site_service_client::SiteServiceClient,
    },
    reporting::v1::{
        GetLinkStatusRequest, LinkStatus, ListTimelineEventsRequest, TimelineEvent,
        change_feed_service_client::ChangeFeedServiceClient as ReportingFeed,
        link_service_client::LinkServiceClient, timeline_service_client::TimelineServiceClient,
    },
};
use muster_service::token::{HEADER, Token};
use muster_tests::{Backup, Running, World, new_site, no_older_than, reason};
use time::macros::datetime;

/// Creates a site, and answers the token of that.
async fn create(client: &Client, id: &str) -> String {
    let mut sites = SiteServiceClient::new(client.deployment.clone());
    let written = sites.create_site(new_site(id)).await.unwrap();
    written.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned()
}

/// Waits until the reporting service has followed up to a token.
async fn followed(client: &Client, token: &str) -> LinkStatus {
    let mut link = LinkServiceClient::new(client.reporting.clone());
    loop {
        let request = GetLinkStatusRequest { name: "missions/m".into() };
        match link.get_link_status(no_older_than(request, token)).await {
            Ok(status) => return status.into_inner(),
            Err(status) => assert!(
                ["NOT_CAUGHT_UP", "FEED_EPOCH_CHANGED"].contains(&reason(&status).as_str()),
                "{status}"
            ),
        }
    }
}

async fn timeline(client: &Client) -> Vec<TimelineEvent> {
    let mut timeline = TimelineServiceClient::new(client.reporting.clone());
    let request = ListTimelineEventsRequest {
        parent: "missions/m".into(),
        ..ListTimelineEventsRequest::default()
    };
    timeline.list_timeline_events(request).await.unwrap().into_inner().timeline_events
}

fn names(events: &[TimelineEvent]) -> BTreeSet<String> {
    events.iter().map(|event| event.name.clone()).collect()
}

/// The names in a snapshot of the reporting service.
async fn snapshot(client: &Client) -> BTreeSet<String> {
    let request = ReadSnapshotRequest { parent: "missions/m".into() };
    let mut feed = ReportingFeed::new(client.reporting.clone());
    let mut parts = feed.read_snapshot(request).await.unwrap().into_inner();
    let mut names = BTreeSet::new();
    while let Some(part) = parts.message().await.unwrap() {
        for revision in part.resources {
            // The last revision says whether it is there.
            match revision.resource {
                Some(_) => names.insert(revision.name),
                None => names.remove(&revision.name),
            };
        }
    }
    names
}

/// A mission that went on after its backup: what was told last before it was restored, and both
/// services over the restored database.
struct Restored {
    world: World,
    lost: String,
    before: Vec<TimelineEvent>,
    client: Client,
    _deployment: Running,
    _reporting: Running,
}

async fn restored() -> Restored {
    let mut world = World::start().await;
    world.ready_mission().await;
    let backup: Backup = world.back_up_deployment().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let lost = create(&world.client, "lost").await;
    followed(&world.client, &lost).await;
    let before = timeline(&world.client).await;
    world.kill_reporting();
    let deployment = world.deployment_over(&backup).await;
    deployment.serves().await;
    let url = deployment.url();
    // More than was lost, so that no position is missing.
    let client = world.client_over(&url, &url).await;
    for number in 0..10 {
        create(&client, &format!("after-{number}")).await;
    }
    let reporting = world.reporting_replica(&url, |_| {}).await;
    reporting.serves().await;
    let client = world.client_over(&url, &reporting.url()).await;
    Restored { world, lost, before, client, _deployment: deployment, _reporting: reporting }
}

#[tokio::test]
async fn who_saw_what_a_backup_does_not_hold_is_told_of_a_new_epoch() {
    let restored = restored().await;
    let mut sites = SiteServiceClient::new(restored.client.deployment.clone());
    let get = GetSiteRequest { name: "missions/m/sites/after-1".into(), ..Default::default() };
    let refused = sites.get_site(no_older_than(get, &restored.lost)).await.unwrap_err();
    assert_eq!(reason(&refused), "FEED_EPOCH_CHANGED");
    let lost: Token = restored.lost.parse().unwrap();
    let place = FeedPosition {
        mission: "missions/m".into(),
        epoch: lost.epoch.to_string(),
        position: lost.position,
    };
    let mut feed = DeploymentFeed::new(restored.client.deployment.clone());
    let request = WatchChangesRequest { positions: vec![place], include_others: false };
    let refused = feed.watch_changes(request).await.unwrap_err();
    assert_eq!(reason(&refused), "FEED_EPOCH_CHANGED");
    let request = ListChangesRequest { parent: "missions/m".into(), ..Default::default() };
    let page = feed.list_changes(request).await.unwrap().into_inner();
    assert!(lost.position < page.head_position);
    assert_ne!(page.epoch, lost.epoch.to_string());
    drop(restored.world);
}

#[tokio::test]
async fn what_the_other_service_learnt_of_what_was_lost_is_taken_back_and_told_so() {
    let restored = restored().await;
    let client = &restored.client;
    let mut feed = ReportingFeed::new(client.reporting.clone());
    let token = create(client, "last").await;
    followed(client, &token).await;
    let now = timeline(client).await;
    let gone: Vec<String> = names(&restored.before).difference(&names(&now)).cloned().collect();
    assert!(!gone.is_empty(), "the departure is still told of");
    // What is still there is the same, down to its revision.
    assert!(now.iter().all(|event| restored.before.contains(event)), "{now:?}");
    let request = ListChangesRequest { parent: "missions/m".into(), ..Default::default() };
    let changes = feed.list_changes(request).await.unwrap().into_inner().changes;
    let told = changes.iter().flat_map(|change| &change.resources);
    let told: Vec<String> =
        told.filter(|told| told.resource.is_none()).map(|told| told.name.clone()).collect();
    assert_eq!(BTreeSet::from_iter(told), BTreeSet::from_iter(gone));
    assert_eq!(snapshot(client).await, names(&now));
    drop(restored.world);
}

#[tokio::test]
async fn a_watch_of_a_mission_that_a_backup_does_not_hold_ends() {
    let world = World::start().await;
    world.ready_mission().await;
    let db = world.sql("deployment_owner").await;
    sqlx::query("insert into deployment.feeds (mission) values ('late')")
        .execute(&db)
        .await
        .unwrap();
    let mut feed = DeploymentFeed::new(world.client.deployment.clone());
    let place = FeedPosition { mission: "missions/late".into(), ..FeedPosition::default() };
    let request = WatchChangesRequest { positions: vec![place], include_others: false };
    let mut watch = feed.watch_changes(request).await.unwrap().into_inner();
    watch.message().await.unwrap().unwrap();
    sqlx::raw_sql(
        "delete from deployment.feeds where mission = 'late';
        update deployment.feeds set epoch = gen_random_uuid()",
    )
    .execute(&db)
    .await
    .unwrap();
    let ended = watch.message().await.unwrap_err();
    assert_eq!(reason(&ended), "FEED_EPOCH_CHANGED");
}

#[tokio::test]
async fn a_call_that_is_repeated_after_a_restore_answers_with_a_token_that_is_good_there() {
    let world = World::start().await;
    world.ready_mission().await;
    let request_id = "0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0002".to_owned();
    let create = CreateSiteRequest { request_id, ..new_site("kept") };
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    let first = sites.create_site(create.clone()).await.unwrap().into_inner();
    let backup = world.back_up_deployment().await;
    let deployment = world.deployment_over(&backup).await;
    deployment.serves().await;
    let client = world.client_over(&deployment.url(), &deployment.url()).await;
    let mut sites = SiteServiceClient::new(client.deployment.clone());
    let again = sites.create_site(create).await.unwrap();
    let token = again.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned();
    assert_eq!(again.into_inner(), first);
    let get = GetSiteRequest { name: first.name.clone(), ..Default::default() };
    let read = sites.get_site(no_older_than(get, &token)).await.unwrap().into_inner();
    assert_eq!(read, first);
}
