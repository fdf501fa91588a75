//! What is kept of the change feed: exact snapshots, and the last state of what was compacted.

use std::collections::BTreeMap;

use muster_proto::{
    common::v1::{
        Change, FeedPosition, ListChangesRequest, ListChangesResponse, ReadSnapshotRequest,
        ResourceChange, WatchChangesRequest, watch_changes_response::Step,
    },
    deployment::v1::{self as pb, change_feed_service_client::ChangeFeedServiceClient},
};
use muster_tests::{World, append, chained, details, filler, new_site, reason};
use time::macros::datetime;
use tonic::Status;

/// Revisions by name and number.
type State = BTreeMap<(String, i64), ResourceChange>;

struct Snapshot {
    position: i64,
    hash: Vec<u8>,
    state: State,
}

fn feed(world: &World) -> ChangeFeedServiceClient<muster::client::Authorized> {
    ChangeFeedServiceClient::new(world.client.deployment.clone())
}

async fn snapshot(world: &World) -> Snapshot {
    let request = ReadSnapshotRequest { parent: "missions/m".into() };
    let mut parts = feed(world).read_snapshot(request).await.unwrap().into_inner();
    let mut found = Snapshot { position: 0, hash: Vec::new(), state: State::new() };
    while let Some(part) = parts.message().await.unwrap() {
        found.position = part.position.unwrap().position;
        found.hash = part.hash;
        for resource in part.resources {
            let twice = found.state.insert((resource.name.clone(), resource.revision), resource);
            assert_eq!(twice, None);
        }
    }
    found
}

async fn list(world: &World, after_position: i64) -> Result<ListChangesResponse, Status> {
    let parent = "missions/m".into();
    let request =
        ListChangesRequest { parent, after_position, page_size: 1000, ..Default::default() };
    Ok(feed(world).list_changes(request).await?.into_inner())
}

fn fold(state: &mut State, changes: &[Change]) {
    for resource in changes.iter().flat_map(|change| &change.resources) {
        state.insert((resource.name.clone(), resource.revision), resource.clone());
    }
}

async fn create_site(world: &World, id: String) {
    let mut sites =
        pb::site_service_client::SiteServiceClient::new(world.client.deployment.clone());
    sites.create_site(new_site(&id)).await.unwrap();
}

#[tokio::test]
async fn a_snapshot_is_the_fold_of_the_feed_up_to_its_position_under_writers() {
    let world = World::start().await;
    world.ready_mission().await;
    let writing = futures::future::join_all((0..4).map(async |writer| {
        for number in 0..25 {
            create_site(&world, format!("site-{writer}-{number}")).await;
        }
    }));
    let reading = async {
        let mut found = Vec::new();
        for _ in 0..30 {
            found.push(snapshot(&world).await);
        }
        found
    };
    let (_, snapshots) = tokio::join!(writing, reading);
    let changes = list(&world, 0).await.unwrap().changes;
    for found in snapshots {
        let upto = &changes[..usize::try_from(found.position).unwrap()];
        let mut state = State::new();
        fold(&mut state, upto);
        assert_eq!(found.state, state);
        assert_eq!(found.hash, upto.last().unwrap().hash);
    }
}

#[tokio::test]
async fn what_is_compacted_is_refused_and_a_snapshot_with_the_rest_is_the_whole() {
    let world = World::start().await;
    world.ready_mission().await;
    let early = list(&world, 0).await.unwrap().changes;
    assert_eq!(world.compact_deployment().await, early.len() as u64);
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    // Once more, over what was compacted before.
    assert_eq!(world.compact_deployment().await, 1);
    let floor = i64::try_from(early.len()).unwrap() + 1;
    let refused = list(&world, 0).await.unwrap_err();
    assert_eq!(reason(&refused), "FEED_COMPACTED");
    let told = details(&refused).error_info().unwrap().metadata.clone();
    assert_eq!((&*told["floor"], &*told["mission"]), (&*floor.to_string(), "missions/m"));

    let mut snapshot = snapshot(&world).await;
    assert_eq!(snapshot.position, floor);
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let page = list(&world, snapshot.position).await.unwrap();
    assert_eq!((page.floor_position, &page.floor_hash), (floor, &snapshot.hash));
    // The chain goes on from the floor.
    assert_eq!(page.changes[0].hash, chained(&page.floor_hash, &page.changes[0]));

    let whole = self::snapshot(&world).await.state;
    fold(&mut snapshot.state, &page.changes);
    assert_eq!(snapshot.state, whole);
    let mut known = State::new();
    fold(&mut known, &early);
    assert!(known.keys().all(|name| whole.contains_key(name)));
}

#[tokio::test]
async fn a_watcher_under_compaction_has_no_gap() {
    let world = World::start().await;
    world.ready_mission().await;
    let pool = world.sql("deployment").await;
    for _ in 0..1000 {
        append(&pool, &filler(20_000)).await;
    }
    let place = FeedPosition { mission: "missions/m".into(), ..FeedPosition::default() };
    let request = WatchChangesRequest { positions: vec![place], include_others: false };
    let mut watch = feed(&world).watch_changes(request).await.unwrap().into_inner();
    let mut reached = 0;
    let refused = loop {
        match watch.message().await {
            Ok(Some(answer)) => {
                let Some(Step::Change(change)) = answer.step else { panic!("{answer:?}") };
                assert_eq!(change.position, reached + 1);
                reached += 1;
                if reached == 10 {
                    world.compact_deployment().await;
                }
            }
            Ok(None) => panic!("a watch ends with a reason"),
            Err(status) => break status,
        }
    };
    assert_eq!(reason(&refused), "FEED_COMPACTED");
    assert!(reached < 1000);
}
