use std::sync::Arc;

use sqlx::postgres::PgPoolOptions;

use super::*;
use crate::{
    Clock, Database, Shutdown,
    context::Caller,
    feed::{Commits, Sight, hub::Hub, log::Kept},
    identity::Principal,
};

/// A watcher of one mission's feed, over a database that is never asked.
fn watcher(window: &watch::Sender<Window>) -> Watcher {
    let database = Database {
        pool: PgPoolOptions::new().connect_lazy("postgres://nobody@localhost/none").unwrap(),
        schema: "none",
        clock: Clock::System,
        commits: Arc::<Commits>::default(),
        sight: Arc::<Sight>::default(),
    };
    let principal = Principal { subject: "a".into(), grants: Arc::default(), until: None };
    let caller = Arc::new(Caller { principal, method: "Watch".into(), allowed: &[] });
    let context = Context::of_the_service(caller, Instant::now());
    let cursor = Cursor::new(window.subscribe(), &head(0), 0);
    let hub = Hub::new(database, &Shutdown::new(Duration::ZERO));
    Watcher::new(hub.count(), context, vec![cursor], false)
}

fn head(last_position: i64) -> Head {
    let mission = MissionId::trusted("m");
    Head { mission, epoch: Uuid::nil(), last_position, floor_position: 0 }
}

fn commit(window: &watch::Sender<Window>, position: i64) {
    let kept = Kept { position, payload: vec![0; 10], hash: Vec::new() };
    window.send_modify(|window| window.append(head(position), &[kept]));
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_piece_untaken_for_long_is_cut_off_where_there_is_more() {
    let window = watch::Sender::new(Window::at(head(0)));
    let mut watcher = watcher(&window);
    commit(&window, 1);
    watcher.next().await.unwrap();
    tokio::time::advance(PATIENCE + Duration::from_secs(1)).await;
    commit(&window, 2);
    let refused = watcher.next().await.unwrap_err();
    assert_eq!(refused.reason(), Reason::WatcherTooSlow);
}

#[tokio::test(start_paused = true)]
async fn who_takes_each_piece_at_once_may_wait_for_the_next_as_long_as_it_takes() {
    let window = watch::Sender::new(Window::at(head(0)));
    let mut watcher = watcher(&window);
    commit(&window, 1);
    let sight = Arc::clone(&watcher.hub.database.sight);
    let looking = async {
        loop {
            sight.saw(Instant::now());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waiting = async {
        for _ in 0..8 {
            watcher.next().await.unwrap();
        }
    };
    let later = async {
        tokio::time::sleep(2 * PATIENCE).await;
        commit(&window, 2);
        tokio::time::sleep(2 * PATIENCE).await;
    };
    tokio::select! {
        () = waiting => {}
        () = looking => {}
        () = later => panic!("nothing came for {:?}", 4 * PATIENCE),
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_look_at_the_database_there_is_no_bookmark_and_the_watch_ends() {
    let window = watch::Sender::new(Window::at(head(0)));
    let mut watcher = watcher(&window);
    watcher.hub.database.sight.saw(Instant::now());
    let first = watcher.next().await.unwrap();
    assert!(!first.is_empty());
    tokio::time::advance(Duration::from_millis(2500)).await;
    assert!(watcher.next().now_or_never().is_none(), "a bookmark without a look");
    tokio::time::advance(Duration::from_secs(1)).await;
    let refused = watcher.next().await.unwrap_err();
    assert_eq!(refused.reason(), Reason::DatabaseUnavailable);
}
