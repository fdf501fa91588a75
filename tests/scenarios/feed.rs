//! The change feed: ordered, dense, chained, resumable.

use muster_proto::{
    common::v1::{
        Change, FeedPosition, ListChangesRequest, WatchChangesRequest, watch_changes_response::Step,
    },
    deployment::v1::{Contingent, change_feed_service_client::ChangeFeedServiceClient},
};
use muster_tests::{World, chained, reason};
use prost::{Message, Name};
use time::macros::datetime;

type Feed = ChangeFeedServiceClient<muster::client::Authorized>;

fn feed(world: &World) -> Feed {
    ChangeFeedServiceClient::new(world.client.deployment.clone())
}

async fn all(world: &World) -> Vec<Change> {
    let request =
        ListChangesRequest { parent: "missions/m".into(), page_size: 1000, ..Default::default() };
    feed(world).list_changes(request).await.unwrap().into_inner().changes
}

/// Reads a watch up to its first bookmark.
async fn until_bookmark(feed: &mut Feed, request: WatchChangesRequest) -> (Vec<Change>, i64) {
    let mut watch = feed.watch_changes(request).await.unwrap().into_inner();
    let mut changes = Vec::new();
    loop {
        match watch.message().await.unwrap().unwrap().step.unwrap() {
            Step::Change(change) => changes.push(change),
            Step::Bookmark(place) => return (changes, place.position),
        }
    }
}

fn from(position: i64) -> WatchChangesRequest {
    let place = FeedPosition { mission: "missions/m".into(), epoch: String::new(), position };
    WatchChangesRequest { positions: vec![place], include_others: false }
}

#[tokio::test]
async fn positions_are_dense_and_each_hash_covers_the_one_before() {
    let world = World::start().await;
    world.ready_mission().await;
    let changes = all(&world).await;
    assert!(15 < changes.len());
    let mut before = Vec::new();
    for (index, change) in changes.into_iter().enumerate() {
        assert_eq!(change.position, i64::try_from(index).unwrap() + 1);
        assert_eq!(change.hash, chained(&before, &change));
        before = change.hash;
    }
}

#[tokio::test]
async fn a_watch_gives_what_a_list_gives_and_resumes_anywhere() {
    let world = World::start().await;
    world.ready_mission().await;
    let listed = all(&world).await;
    let head = listed.last().unwrap().position;
    for start in [0, 1, head / 2, head] {
        let (watched, bookmark) = until_bookmark(&mut feed(&world), from(start)).await;
        assert_eq!(watched, listed[usize::try_from(start).unwrap()..]);
        assert_eq!(bookmark, head);
    }
}

#[tokio::test]
async fn a_commit_that_touches_several_resources_is_one_change() {
    let world = World::start().await;
    world.ready_mission().await;
    let before = all(&world).await.len();
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let changes = all(&world).await;
    assert_eq!(changes.len(), before + 2);
    let names: Vec<&str> = (changes[before + 1].resources.iter())
        .map(|resource| resource.name.split('/').nth(2).unwrap())
        .collect();
    assert_eq!(names, ["pledges", "contingents", "movements", "contingents", "movements"]);
}

#[tokio::test]
async fn a_change_carries_the_resource_that_get_answers_with() {
    let world = World::start().await;
    world.ready_mission().await;
    let changes = all(&world).await;
    let last = (changes.iter().flat_map(|change| &change.resources))
        .rfind(|resource| resource.name == "missions/m/contingents/ken-1")
        .unwrap();
    let any = last.resource.as_ref().unwrap();
    assert_eq!(any.type_url, Contingent::type_url());
    assert_eq!(Contingent::decode(any.value.as_slice()).unwrap(), world.contingent().await);
}

#[tokio::test]
async fn a_place_that_is_not_in_the_feed_is_refused() {
    let world = World::start().await;
    world.ready_mission().await;
    let refused = feed(&world).watch_changes(from(1_000)).await.unwrap_err();
    assert_eq!(reason(&refused), "FEED_POSITION_AHEAD");
    let mut other = from(1);
    other.positions[0].epoch = uuid::Uuid::now_v7().to_string();
    let refused = feed(&world).watch_changes(other).await.unwrap_err();
    assert_eq!(reason(&refused), "FEED_EPOCH_CHANGED");
}

#[tokio::test]
async fn a_watcher_hears_of_missions_that_are_opened_later() {
    let world = World::start().await;
    let everything = WatchChangesRequest { positions: Vec::new(), include_others: true };
    let mut watch = feed(&world).watch_changes(everything).await.unwrap().into_inner();
    world.ready_mission().await;
    let first = watch.message().await.unwrap().unwrap();
    let Some(Step::Change(change)) = first.step else { panic!("{first:?}") };
    assert_eq!((change.mission.as_str(), change.position), ("missions/m", 1));
}
