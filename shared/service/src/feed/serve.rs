//! Serves the feed: pages of it, and watches that go on until something ends them.

use std::{
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use futures::Stream;
use muster_proto::common::v1::{
    Change, FeedPosition, ListChangesRequest, ListChangesResponse, WatchChangesRequest,
    WatchChangesResponse, watch_changes_response::Step,
};
use tokio::{sync::watch, time::Instant};
use tonic::Status;
use uuid::Uuid;

use super::log::Head;
use crate::{
    Database, Shutdown,
    call::{Call, Context},
    database, fault,
    field::{AtField, FieldViolation},
    name::MissionId,
    status::{Reason, Refusal},
    work::not_found,
};

/// How often the database is asked for commits of other replicas.
const POLL: Duration = Duration::from_millis(50);
/// How often a watcher that has everything is told so.
const BOOKMARK: Duration = Duration::from_secs(15);
const PAGE: i64 = 200;
const DEFAULT_LIST: i32 = 100;
const MOST_LIST: i32 = 1000;

/// The answers of a watch.
pub type Watch = Pin<Box<dyn Stream<Item = Result<WatchChangesResponse, Status>> + Send>>;

/// One service's feed. One poll a replica serves all its watchers.
#[derive(Clone)]
pub struct Feed {
    database: Database,
    heads: watch::Receiver<Arc<Vec<Head>>>,
    shutdown: Shutdown,
}

impl Feed {
    /// Begins to look for commits, until shutdown.
    pub fn open(database: Database, shutdown: Shutdown) -> Self {
        let (sender, heads) = watch::channel(Arc::default());
        shutdown.spawn(tail(database.clone(), sender, shutdown.clone()));
        Self { database, heads, shutdown }
    }

    /// A page of one mission's changes.
    pub async fn list(
        &self,
        call: Call<ListChangesRequest>,
    ) -> Result<ListChangesResponse, Refusal> {
        let Call { message, context } = call;
        let mission = MissionId::parse(&message.parent)
            .at("parent")
            .map_err(|violation| crate::field::refuse(&[violation]))?;
        context.scope(&mission)?;
        let head = self.existing(&mission).await?;
        head.check(&message.epoch, message.after_position)?;
        let size = if message.page_size == 0 { DEFAULT_LIST } else { message.page_size };
        let limit = i64::from(size.min(MOST_LIST));
        let changes = self.database.changes(&head, message.after_position, limit).await?;
        let head_position =
            changes.last().map_or(head.last_position, |last| last.position.max(head.last_position));
        Ok(ListChangesResponse { changes, epoch: head.epoch.to_string(), head_position })
    }

    /// Every change after the given positions, then new ones as they are committed.
    pub async fn watch(&self, call: Call<WatchChangesRequest>) -> Result<Watch, Refusal> {
        let Call { message, context } = call;
        let mut places = BTreeMap::new();
        for (index, position) in message.positions.iter().enumerate() {
            let mission = MissionId::parse(&position.mission)
                .at("mission")
                .at_index("positions", index)
                .map_err(|violation| crate::field::refuse(&[violation]))?;
            context.scope(&mission)?;
            let head = self.existing(&mission).await?;
            head.check(&position.epoch, position.position)?;
            let place = Place { epoch: head.epoch, position: position.position, bookmarked: None };
            if places.insert(mission, place).is_some() {
                let twice = FieldViolation::new("names a mission twice");
                return Err(crate::field::refuse(&[twice.under(&format!("positions[{index}]"))]));
            }
        }
        let watcher = Watcher {
            feed: self.clone(),
            context,
            places,
            include_others: message.include_others,
            ready: VecDeque::new(),
            over: false,
        };
        Ok(Box::pin(futures::stream::unfold(watcher, |mut watcher| async move {
            watcher.next().await.map(|item| (item, watcher))
        })))
    }

    async fn existing(&self, mission: &MissionId) -> Result<Head, Refusal> {
        let head = self.database.head(mission).await;
        head.map_err(|error| database::refusal(&error))?.ok_or_else(|| not_found(&mission.name()))
    }
}

/// Tells watchers where the feeds stand, whenever one has moved.
async fn tail(database: Database, sender: watch::Sender<Arc<Vec<Head>>>, shutdown: Shutdown) {
    loop {
        let committed = database.committed.notified();
        match database.heads().await {
            Ok(heads) => {
                sender.send_if_modified(|known| {
                    let moved = **known != heads;
                    *known = Arc::new(heads);
                    moved
                });
            }
            Err(error) => tracing::warn!(%error, "cannot look for new changes"),
        }
        let wait = async { tokio::time::timeout(POLL, committed).await };
        if shutdown.unless_asked(wait).await.is_none() {
            return;
        }
    }
}

/// Where a watcher is in one mission's feed.
struct Place {
    epoch: Uuid,
    position: i64,
    bookmarked: Option<Instant>,
}

struct Watcher {
    feed: Feed,
    context: Context,
    places: BTreeMap<MissionId, Place>,
    include_others: bool,
    ready: VecDeque<WatchChangesResponse>,
    over: bool,
}

impl Watcher {
    /// The next answer; the last one is a refusal.
    async fn next(&mut self) -> Option<Result<WatchChangesResponse, Status>> {
        if self.over {
            return None;
        }
        loop {
            if let Some(answer) = self.ready.pop_front() {
                fault::point("feed.before-step", self.feed.database.schema.name);
                return Some(Ok(answer));
            }
            if let Err(refusal) = self.advance().await {
                self.over = true;
                return Some(Err(refusal.into()));
            }
        }
    }

    /// Makes answers ready, or waits until there may be some. Every mission gets its turn before
    /// one that changes all the time gets its next.
    async fn advance(&mut self) -> Result<(), Refusal> {
        if self.until() <= Instant::now() {
            return Err(Refusal::new(Reason::CallerUnknown, "the caller's token has ended"));
        }
        let heads = Arc::clone(&self.feed.heads.borrow_and_update());
        for head in heads.iter() {
            self.enter(head);
            self.read(head).await?;
        }
        if !self.ready.is_empty() {
            return Ok(());
        }
        let bookmarked = self.places.values().filter_map(|place| place.bookmarked).min();
        let due = (bookmarked.unwrap_or_else(Instant::now) + BOOKMARK).min(self.until());
        tokio::select! {
            changed = self.feed.heads.changed() => match changed {
                Ok(()) => Ok(()),
                Err(_) => Err(shutting_down()),
            },
            () = self.feed.shutdown.asked() => Err(shutting_down()),
            () = tokio::time::sleep_until(due) => Ok(()),
        }
    }

    /// When the caller's token ends; a watch does not outlive it.
    fn until(&self) -> Instant {
        let far = || Instant::now() + BOOKMARK;
        self.context.caller.principal.until.unwrap_or_else(far)
    }

    /// Begins with a mission that was not named, where the watcher asked for others too.
    fn enter(&mut self, head: &Head) {
        if self.include_others
            && !self.places.contains_key(&head.mission)
            && self.context.scope(&head.mission).is_ok()
        {
            let place =
                Place { epoch: head.epoch, position: head.floor_position, bookmarked: None };
            self.places.insert(head.mission.clone(), place);
        }
    }

    /// Reads what is new in one mission, or bookmarks that there is nothing.
    async fn read(&mut self, head: &Head) -> Result<(), Refusal> {
        let Some(place) = self.places.get_mut(&head.mission) else { return Ok(()) };
        // The poll may be behind what the watcher was told when it named its place.
        if place.epoch == head.epoch && head.last_position < place.position {
            return Ok(());
        }
        head.check(&place.epoch.to_string(), place.position)?;
        if place.position < head.last_position {
            for change in self.feed.database.changes(head, place.position, PAGE).await? {
                place.position = change.position;
                place.bookmarked = None;
                let copies = fault::copies(change.position);
                self.ready.extend(std::iter::repeat_n(step(change), copies));
            }
        } else if place.bookmarked.is_none_or(|at| BOOKMARK <= at.elapsed()) {
            place.bookmarked = Some(Instant::now());
            self.ready.push_back(bookmark(head, place.position));
        }
        Ok(())
    }
}

fn step(change: Change) -> WatchChangesResponse {
    WatchChangesResponse { step: Some(Step::Change(change)) }
}

fn bookmark(head: &Head, position: i64) -> WatchChangesResponse {
    let position =
        FeedPosition { mission: head.mission.name(), epoch: head.epoch.to_string(), position };
    WatchChangesResponse { step: Some(Step::Bookmark(position)) }
}

fn shutting_down() -> Refusal {
    Refusal::new(Reason::ShuttingDown, "the server is stopping; resume from the last position")
        .retry_after(Duration::from_secs(1))
}
