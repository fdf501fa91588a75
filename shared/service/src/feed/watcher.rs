//! One watch: from the database until it has caught up, then from memory.

use std::{collections::BTreeSet, time::Duration};

use bytes::{Bytes, BytesMut};
use futures::{FutureExt, Stream};
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use super::{
    frame,
    hub::Counted,
    log::Head,
    window::{Look, Window},
};
use crate::{context::Context, fault, status::Reason, status::Refusal};
use muster_values::name::MissionId;

/// How often a watcher that has everything is told so.
const BOOKMARK: Duration = Duration::from_secs(15);
/// How long a bookmark that is due waits for the next look at the database.
const SOON: Duration = Duration::from_millis(100);
/// How long a watcher may leave a piece untaken while there is more.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a watcher that is not at the window yet is read from the database at once.
const PAGE: i64 = 1000;
const PAGE_BYTES: usize = 256 * 1024;

/// How many missions' positions fit into the last header of a watch that is cut off.
const MOST_TOLD: usize = 50;

/// Where a watcher is in one mission's feed.
pub struct Cursor {
    window: watch::Receiver<Window>,
    epoch: Uuid,
    position: i64,
    /// What the feed is known to reach; until then the watcher does not have everything.
    head: i64,
    /// Whether it was served from memory before: it has to keep up from then on.
    live: bool,
    bookmarked: Option<Instant>,
}

/// What comes next for a cursor.
enum Next {
    Piece(Bytes, i64),
    /// With the bookmark that follows.
    Last(Bytes, i64),
    /// It has to be read from the database.
    Stored(Head),
    Nothing,
}

/// One watch.
pub struct Watcher {
    hub: Counted,
    context: Context,
    cursors: Vec<Cursor>,
    /// The cursor whose turn it is: each has its turn before one has its next.
    turn: usize,
    /// Whether missions that were not named are watched as well, and what tells of new ones.
    others: bool,
    /// What tells that any mission moved, where more than one is watched.
    news: Option<watch::Receiver<u64>>,
    /// When the last piece was handed over.
    handed: Option<Instant>,
}

impl Cursor {
    /// A cursor that is known to be in the feed.
    pub fn new(window: watch::Receiver<Window>, head: &Head, position: i64) -> Self {
        let (epoch, head) = (head.epoch, head.last_position);
        Self { window, epoch, position, head, live: false, bookmarked: None }
    }

    pub fn mission(&self) -> MissionId {
        self.window.borrow().head.mission.clone()
    }

    fn look(&mut self) -> Result<Next, Refusal> {
        let window = self.window.borrow_and_update();
        if window.head.epoch != self.epoch {
            window.head.check(&self.epoch.to_string(), self.position)?;
        }
        Ok(match window.after(self.position, self.head) {
            Look::Piece(piece, last) => Next::Piece(piece, last),
            Look::Last(piece, last) => Next::Last(piece, last),
            Look::Edge => Next::Nothing,
            Look::Before => Next::Stored(window.head.clone()),
        })
    }

    fn reach(&mut self, position: i64, bookmarked: bool) {
        self.position = position;
        self.bookmarked = bookmarked.then(Instant::now);
    }

    /// A bookmark where the watcher has everything and was not told so lately. The database was
    /// read since the last one, at this moment: a bookmark says that there is nothing else.
    fn bookmark(&mut self, seen: Option<Instant>) -> Option<Bytes> {
        let due = self.bookmarked.is_none_or(|at| BOOKMARK <= at.elapsed() && Some(at) < seen);
        if self.position < self.head || !due {
            return None;
        }
        self.bookmarked = Some(Instant::now());
        // Of the epoch that it was led through: the feed may have begun another one meanwhile.
        let head = Head { epoch: self.epoch, ..self.window.borrow().head.clone() };
        Some(frame::bookmark(&head, self.position))
    }
}

impl Watcher {
    pub fn new(hub: Counted, context: Context, cursors: Vec<Cursor>, others: bool) -> Self {
        let mut news = (others || cursors.len() != 1).then(|| hub.news());
        // The first look is for what there is already.
        news.iter_mut().for_each(watch::Receiver::mark_changed);
        Self { hub, context, cursors, turn: 0, others, news, handed: None }
    }

    /// Everything that the watch is told; a refusal is the last of it.
    pub fn stream(self) -> impl Stream<Item = Result<Bytes, Refusal>> + Send {
        futures::stream::unfold(Some(self), |watcher| async move {
            let mut watcher = watcher?;
            match watcher.next().await {
                Ok(piece) => Some((Ok(piece), Some(watcher))),
                Err(refusal) => Some((Err(refusal), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<Bytes, Refusal> {
        let late = self.handed.take().is_some_and(|handed| PATIENCE < handed.elapsed());
        loop {
            self.check()?;
            self.enter_others()?;
            if let Some(piece) = self.advance(late).await? {
                fault::point("feed.before-step", self.hub.database.schema);
                self.handed = Some(Instant::now());
                return Ok(piece);
            }
            self.moved().await;
        }
    }

    /// Whether the watch may go on.
    fn check(&self) -> Result<(), Refusal> {
        if self.context.caller.principal.until.is_some_and(|until| until <= Instant::now()) {
            return Err(Refusal::new(Reason::CallerUnknown, "the caller's token has ended"));
        }
        if self.hub.shutdown.is_asked() {
            let message = "the server is stopping; resume from the last position";
            let refusal = Refusal::new(Reason::ShuttingDown, message);
            return Err(refusal.retry_after(Duration::from_secs(1)));
        }
        if self.hub.database.sight.is_lost() {
            let message = "the database cannot be read; resume from the last position";
            let refusal = Refusal::new(Reason::DatabaseUnavailable, message);
            return Err(refusal.retry_after(Duration::from_secs(1)));
        }
        Ok(())
    }

    /// Begins with missions that were not named, where the watcher asked for others too.
    fn enter_others(&mut self) -> Result<(), Refusal> {
        let Some(news) = &mut self.news else { return Ok(()) };
        let moved = news.has_changed().unwrap_or(true);
        // Whatever moves from now on is seen at the next look.
        news.mark_unchanged();
        if !moved || !self.others {
            return Ok(());
        }
        let named: BTreeSet<MissionId> = self.cursors.iter().map(Cursor::mission).collect();
        let context = &self.context;
        let new =
            self.hub.others(|mission| !named.contains(mission) && context.scope(mission).is_ok());
        for window in new {
            let head = window.borrow().head.clone();
            head.check("", 0)?;
            self.cursors.push(Cursor::new(window, &head, 0));
        }
        Ok(())
    }

    /// The next piece for any cursor, changes before bookmarks; there may be none for a watcher that
    /// took the last one too late.
    async fn advance(&mut self, late: bool) -> Result<Option<Bytes>, Refusal> {
        for _ in 0..self.cursors.len() {
            let turn = self.turn % self.cursors.len();
            self.turn = turn + 1;
            let (piece, last, bookmarked) = match self.cursors[turn].look()? {
                Next::Nothing => {
                    self.cursors[turn].live = true;
                    continue;
                }
                _ if late => return Err(self.too_slow()),
                Next::Piece(piece, last) => {
                    self.cursors[turn].live = true;
                    (piece, last, false)
                }
                Next::Last(piece, last) => {
                    self.cursors[turn].live = true;
                    (piece, last, true)
                }
                Next::Stored(_) if self.cursors[turn].live => return Err(self.too_slow()),
                // Boxed: most watchers wait most of the time, and need no room for this.
                Next::Stored(head) => {
                    let (piece, last) = self.stored(turn, head).boxed().await?;
                    (piece, last, false)
                }
            };
            self.cursors[turn].reach(last, bookmarked);
            return Ok(Some(piece));
        }
        let seen = self.hub.database.sight.last();
        Ok(self.cursors.iter_mut().find_map(|cursor| cursor.bookmark(seen)))
    }

    /// What comes next for a cursor in the database.
    async fn stored(&self, turn: usize, head: Head) -> Result<(Bytes, i64), Refusal> {
        let position = self.cursors[turn].position;
        head.check("", position)?;
        let _turn = self.hub.readers.acquire().await;
        let page = self.hub.database.changes(&head, position, PAGE, PAGE_BYTES).await?;
        let mut frames = BytesMut::new();
        for change in &page {
            frame::change(&mut frames, head.epoch, change);
        }
        Ok((frames.freeze(), page.last().map_or(position, |last| last.position)))
    }

    /// Waits until there may be something new.
    async fn moved(&mut self) {
        let now = Instant::now();
        let bookmarked = self.cursors.iter().filter_map(|cursor| cursor.bookmarked).min();
        let until = self.context.caller.principal.until;
        // One that is due and has to wait for the next look waits as long as a look takes.
        let due = (bookmarked.unwrap_or(now) + BOOKMARK).max(now + SOON);
        let due = until.map_or(due, |until| until.min(due));
        let changed = async {
            match (&mut self.news, self.cursors.first_mut()) {
                (None, Some(cursor)) => cursor.window.changed().await,
                (Some(news), _) => news.changed().await,
                (None, None) => Ok(()),
            }
        };
        // Whichever it was, the next look decides.
        let _ = tokio::time::timeout_at(due, changed).await;
        self.news.iter_mut().for_each(watch::Receiver::mark_changed);
    }

    /// Cuts the watcher off, with where it was.
    fn too_slow(&self) -> Refusal {
        let message = "the watcher read too slowly; resume from the last position";
        let mut refusal = Refusal::new(Reason::WatcherTooSlow, message);
        for cursor in self.cursors.iter().take(MOST_TOLD) {
            refusal = refusal.with(&cursor.mission().name(), cursor.position);
        }
        refusal.retry_after(Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests;
