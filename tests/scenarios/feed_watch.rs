//! Watches of the change feed: from the database into memory without a gap, and no faster than
//! their reader.

use std::time::Duration;

use muster_proto::{
    common::v1::{
        Change, FeedPosition, ListChangesRequest, WatchChangesRequest, WatchChangesResponse,
        watch_changes_response::Step,
    },
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient,
};
use muster_service::identity::{Grant, Role};
use muster_tests::{World, append, details, filler, reason};
use tonic::{Code, Status, Streaming};

const MIB: usize = 1024 * 1024;
/// How long a change may take to a reader that keeps up.
const DELAY: Duration = Duration::from_secs(5);

/// A watch over a connection of its own.
async fn watch(world: &World, position: i64) -> Streaming<WatchChangesResponse> {
    let client = world.client_with(vec![Grant::everywhere(Role::Staff)]).await;
    let mut feed = ChangeFeedServiceClient::new(client.deployment);
    let place = FeedPosition { mission: "missions/m".into(), epoch: String::new(), position };
    let request = WatchChangesRequest { positions: vec![place], include_others: false };
    feed.watch_changes(request).await.unwrap().into_inner()
}

/// The next change, past bookmarks.
async fn next(watch: &mut Streaming<WatchChangesResponse>) -> Result<Change, Status> {
    loop {
        let answer = watch.message().await?.expect("a watch ends with a reason");
        if let Some(Step::Change(change)) = answer.step {
            return Ok(change);
        }
    }
}

async fn until_bookmark(watch: &mut Streaming<WatchChangesResponse>) {
    while !matches!(watch.message().await.unwrap().unwrap().step, Some(Step::Bookmark(_))) {}
}

async fn listed(world: &World) -> Vec<Change> {
    let mut feed = ChangeFeedServiceClient::new(world.client.deployment.clone());
    let mut changes: Vec<Change> = Vec::new();
    loop {
        let request = ListChangesRequest {
            parent: "missions/m".into(),
            after_position: changes.last().map_or(0, |last| last.position),
            page_size: 1000,
            ..Default::default()
        };
        let page = feed.list_changes(request).await.unwrap().into_inner().changes;
        if page.is_empty() {
            return changes;
        }
        changes.extend(page);
    }
}

#[tokio::test]
async fn watchers_that_begin_anywhere_under_commits_get_exactly_what_is_listed() {
    const WRITERS: usize = 4;
    const COMMITS: usize = 100;
    let world = World::start().await;
    world.ready_mission().await;
    let pool = world.sql("deployment").await;
    let head = i64::try_from(listed(&world).await.len() + WRITERS * COMMITS).unwrap();
    let writing = futures::future::join_all((0..WRITERS).map(async |_| {
        for _ in 0..COMMITS {
            append(&pool, &filler(300)).await;
        }
    }));
    let watching = futures::future::join_all((0..20).map(async |start| {
        let mut watch = watch(&world, start).await;
        let mut changes = vec![next(&mut watch).await.unwrap()];
        while changes.last().unwrap().position < head {
            changes.push(next(&mut watch).await.unwrap());
        }
        changes
    }));
    let (_, watched) = tokio::join!(writing, watching);
    let listed = listed(&world).await;
    assert_eq!(i64::try_from(listed.len()).unwrap(), head);
    for (start, changes) in watched.into_iter().enumerate() {
        assert_eq!(changes, listed[start..]);
    }
}

#[tokio::test]
async fn a_slow_watcher_is_cut_off_with_its_position_and_delays_nobody() {
    let world = World::start().await;
    world.ready_mission().await;
    let pool = world.sql("deployment").await;
    let start = i64::try_from(listed(&world).await.len()).unwrap();
    let (mut slow, mut fast) = (watch(&world, start).await, watch(&world, start).await);
    until_bookmark(&mut slow).await;
    until_bookmark(&mut fast).await;
    let mut last = start;
    for _ in 0..40 {
        last = append(&pool, &filler(MIB)).await;
        let change = tokio::time::timeout(DELAY, next(&mut fast)).await.unwrap().unwrap();
        assert_eq!(change.position, last);
    }
    let mut reached = start;
    let cut = loop {
        match next(&mut slow).await {
            Ok(change) => {
                assert_eq!(change.position, reached + 1);
                reached += 1;
            }
            Err(status) => break status,
        }
    };
    assert_eq!((cut.code(), reason(&cut).as_str()), (Code::ResourceExhausted, "WATCHER_TOO_SLOW"));
    assert!(details(&cut).retry_info().is_some());
    let told = details(&cut).error_info().unwrap().metadata["missions/m"].clone();
    assert_eq!(told, reached.to_string());
    assert!(start < reached && reached < last);
    let mut resumed = watch(&world, reached).await;
    while reached < last {
        assert_eq!(next(&mut resumed).await.unwrap().position, reached + 1);
        reached += 1;
    }
}

#[tokio::test]
async fn watches_that_nobody_reads_hold_up_nothing_else_on_their_connection() {
    let world = World::start().await;
    world.ready_mission().await;
    let pool = world.sql("deployment").await;
    for _ in 0..4 {
        append(&pool, &filler(MIB)).await;
    }
    let head = listed(&world).await.last().map(|last| last.position).unwrap();
    let client = world.client_with(vec![Grant::everywhere(Role::Staff)]).await;
    let open = async || {
        let mut feed = ChangeFeedServiceClient::new(client.deployment.clone());
        let place = FeedPosition { mission: "missions/m".into(), ..FeedPosition::default() };
        let request = WatchChangesRequest { positions: vec![place], include_others: false };
        feed.watch_changes(request).await.unwrap().into_inner()
    };
    let everything = async {
        let mut unread = Vec::new();
        for _ in 0..8 {
            let mut watch = open().await;
            next(&mut watch).await.unwrap();
            unread.push(watch);
        }
        for _ in 0..4 {
            let mut watch = open().await;
            while next(&mut watch).await.unwrap().position < head {}
        }
    };
    tokio::time::timeout(Duration::from_secs(30), everything).await.unwrap();
}
