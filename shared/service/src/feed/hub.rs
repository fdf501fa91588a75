//! Looks for commits, once for all watchers of this replica, and tells them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Semaphore, watch},
    time::Instant,
};
use uuid::Uuid;

use super::{
    log::{Head, Kept},
    window::Window,
};
use crate::{Database, Shutdown, database::within, repeated, status::Reason, status::Refusal};
use muster_values::name::MissionId;

/// How often the database is asked for commits of other replicas.
const POLL: Duration = Duration::from_millis(50);
/// About how long it takes to send to one watcher; commits that come meanwhile are one batch.
const TELLING: Duration = Duration::from_micros(5);
/// A pause shorter than this is left out.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
/// The longest that a commit waits to be sent in a batch with others.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);
/// A query that takes longer is given up and sent again: the connection may be dead.
const LONGEST_ANSWER: Duration = Duration::from_millis(1500);
/// How much memory the latest changes may take.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// The most of one mission's changes that are read before the next mission's turn.
const PAGE: i64 = 500;
const PAGE_BYTES: usize = 1024 * 1024;
/// How many watchers may read from the database at once; callers need its connections as well.
const MOST_READERS: usize = 4;

/// What this replica knows of the feeds.
pub struct Hub {
    pub database: Database,
    missions: Mutex<BTreeMap<MissionId, watch::Sender<Window>>>,
    /// Counts the times that any mission moved.
    news: watch::Sender<u64>,
    watchers: AtomicUsize,
    pub readers: Semaphore,
    pub shutdown: Shutdown,
}

impl Hub {
    /// Begins to look for commits, until shutdown.
    pub fn open(database: Database, shutdown: &Shutdown) -> Arc<Self> {
        let hub = Self::new(database, shutdown);
        shutdown.spawn(Arc::clone(&hub).tail());
        hub
    }

    /// One that does not look by itself.
    pub(super) fn new(database: Database, shutdown: &Shutdown) -> Arc<Self> {
        Arc::new(Self {
            database,
            missions: Mutex::default(),
            news: watch::Sender::new(0),
            watchers: AtomicUsize::new(0),
            readers: Semaphore::new(MOST_READERS),
            shutdown: shutdown.clone(),
        })
    }

    /// Follows one mission, known to stand at this head at least.
    pub fn follow(&self, head: Head) -> watch::Receiver<Window> {
        let mut missions = self.missions();
        let window = (missions.entry(head.mission.clone()))
            .or_insert_with(|| watch::Sender::new(Window::at(head.clone())));
        let (watched, known) = (0 < window.receiver_count(), window.borrow().head.clone());
        // The database may answer with a new epoch before this replica has seen it; its reader is right.
        if known.epoch != head.epoch || (!watched && known.last_position < head.last_position) {
            window.send_modify(|window| window.move_to(head));
        }
        window.subscribe()
    }

    /// Follows whether anything moves.
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// Every mission that is known and that `wanted` takes.
    pub fn others(&self, wanted: impl Fn(&MissionId) -> bool) -> Vec<watch::Receiver<Window>> {
        let missions = self.missions();
        let wanted = missions.iter().filter(|(mission, _)| wanted(mission));
        wanted.map(|(_, window)| window.subscribe()).collect()
    }

    /// Counts a watcher until the guard that this returns is dropped.
    pub fn count(self: &Arc<Self>) -> Counted {
        self.watchers.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(self))
    }

    fn missions(&self) -> MutexGuard<'_, BTreeMap<MissionId, watch::Sender<Window>>> {
        self.missions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for commits: of this replica as soon as there are any, of others at each poll.
    async fn tail(self: Arc<Self>) {
        let mut polled: Option<Instant> = None;
        loop {
            let due = polled.is_none_or(|at| POLL <= at.elapsed());
            if due {
                polled = Some(Instant::now());
            }
            let looked = self.shutdown.unless_asked(self.look(due)).await;
            let Some(looked) = looked else { return self.wake() };
            if let Err(refusal) = looked {
                repeated::warn("cannot look for new changes", format!("{refusal:?}"));
                // What was read before the failure is sent nevertheless; a lost sight ends the watches.
                if self.database.sight.is_lost() {
                    self.wake();
                } else {
                    self.tell();
                }
            }
            let watchers = u32::try_from(self.watchers.load(Ordering::Relaxed));
            let pause = TELLING.saturating_mul(watchers.unwrap_or(u32::MAX)).min(LONGEST_PAUSE);
            let wait = async {
                if SHORTEST_PAUSE <= pause {
                    tokio::time::sleep(pause).await;
                }
                tokio::time::timeout(POLL, self.database.commits.some()).await
            };
            if self.shutdown.unless_asked(wait).await.is_none() {
                return self.wake();
            }
        }
    }

    /// Takes in what was committed since the last look, anywhere or in this process only.
    async fn look(&self, anywhere: bool) -> Result<(), Refusal> {
        let here = self.database.commits.take();
        let began = Instant::now();
        let mut heads = if anywhere {
            within(LONGEST_ANSWER, self.database.heads()).await?
        } else {
            within(LONGEST_ANSWER, self.database.heads_of(&here)).await?
        };
        if anywhere {
            self.end_lost(&heads);
        }
        let (mut moved, mut failed) = (false, None);
        // Every mission has its turn before one with many changes has its next.
        while !heads.is_empty() {
            let mut behind = Vec::new();
            for head in heads {
                match self.take_in(&head).await {
                    Ok(Step::Still) => {}
                    Ok(Step::Moved) => moved = true,
                    Ok(Step::Behind) => behind.push(head),
                    // One mission that cannot be read holds up no other.
                    Err(refusal) if refusal.reason() != Reason::DatabaseUnavailable => {
                        failed = Some(refusal);
                    }
                    Err(refusal) => return Err(refusal),
                }
            }
            moved |= !behind.is_empty();
            heads = behind;
            self.shrink();
        }
        if anywhere {
            self.database.sight.saw(began);
        }
        if moved {
            self.tell();
        }
        failed.map_or(Ok(()), Err)
    }

    /// Ends the watches of missions that a restored database does not hold.
    fn end_lost(&self, heads: &[Head]) {
        let mut missions = self.missions();
        let restored = heads.iter().any(|head| {
            let window = missions.get(&head.mission);
            window.is_some_and(|window| window.borrow().head.epoch != head.epoch)
        });
        if !restored {
            return;
        }
        let there: BTreeSet<&MissionId> = heads.iter().map(|head| &head.mission).collect();
        missions.retain(|mission, window| {
            if there.contains(mission) {
                return true;
            }
            let (epoch, last_position, floor_position) = (Uuid::nil(), 0, 0);
            let none = Head { mission: mission.clone(), epoch, last_position, floor_position };
            window.send_modify(|window| window.move_to(none));
            false
        });
    }

    /// Wakes whoever watches more than one mission.
    fn tell(&self) {
        self.news.send_modify(|times| *times += 1);
    }

    /// Brings one mission's window to a head, or a page nearer to it.
    async fn take_in(&self, head: &Head) -> Result<Step, Refusal> {
        let Some(known) = self.known(head) else { return Ok(Step::Moved) };
        if known == *head || head.is_before(&known) {
            return Ok(Step::Still);
        }
        let watched = self.is_watched(&head.mission) && known.epoch == head.epoch;
        let page = if watched { self.page(head, &known).await? } else { Vec::new() };
        let missions = self.missions();
        let Some(window) = missions.get(&head.mission) else { return Ok(Step::Still) };
        let came = !watched && known.epoch == head.epoch && 0 < window.receiver_count();
        if came || window.borrow().head != known {
            return Ok(Step::Behind);
        }
        let Some(last) = page.last().map(|last| last.position) else {
            window.send_modify(|window| window.move_to(head.clone()));
            return Ok(Step::Moved);
        };
        let reached = Head { last_position: last, ..head.clone() };
        window.send_modify(|window| window.append(reached, &page));
        Ok(if last < head.last_position { Step::Behind } else { Step::Moved })
    }

    /// What follows where a mission is known to stand; nothing where that is no longer kept.
    async fn page(&self, head: &Head, known: &Head) -> Result<Vec<Kept>, Refusal> {
        const GAPS: [Reason; 3] =
            [Reason::FeedCompacted, Reason::FeedPositionAhead, Reason::Contended];
        let page = self.database.changes(head, known.last_position, PAGE, PAGE_BYTES);
        match within(LONGEST_ANSWER, page).await {
            Err(refusal) if GAPS.contains(&refusal.reason()) => {
                repeated::warn("the feed has a gap", format!("{}: {refusal:?}", head.mission));
                Ok(Vec::new())
            }
            page => page,
        }
    }

    /// Where a mission is known to stand; one that was not known stands at this head from now on.
    fn known(&self, head: &Head) -> Option<Head> {
        let mut missions = self.missions();
        if let Some(window) = missions.get(&head.mission) {
            return Some(window.borrow().head.clone());
        }
        missions.insert(head.mission.clone(), watch::Sender::new(Window::at(head.clone())));
        None
    }

    fn is_watched(&self, mission: &MissionId) -> bool {
        self.missions().get(mission).is_some_and(|window| 0 < window.receiver_count())
    }

    /// Lets go of the oldest changes of whichever mission has most, until all fit.
    fn shrink(&self) {
        let missions = self.missions();
        let mut sizes: Vec<_> = (missions.values())
            .map(|window| {
                if window.receiver_count() == 0 {
                    window.send_if_modified(|window| {
                        while window.shrink() {}
                        false
                    });
                }
                (window.borrow().bytes(), window)
            })
            .collect();
        let mut total: usize = sizes.iter().map(|(bytes, _)| bytes).sum();
        while MOST_BYTES < total {
            let Some((bytes, window)) = sizes.iter_mut().max_by_key(|(bytes, _)| *bytes) else {
                return;
            };
            window.send_if_modified(|window| {
                window.shrink();
                false
            });
            total -= *bytes;
            *bytes = window.borrow().bytes();
            total += *bytes;
        }
    }

    /// Wakes every watcher, to see that the service stops or cannot read any more.
    fn wake(&self) {
        for window in self.missions().values() {
            window.send_modify(|_| {});
        }
        self.tell();
    }
}

/// What became of a mission's window.
enum Step {
    Still,
    Moved,
    /// It moved, and there is more to read.
    Behind,
}

/// One watcher, for as long as this lives.
pub struct Counted(Arc<Hub>);

impl std::ops::Deref for Counted {
    type Target = Hub;

    fn deref(&self) -> &Hub {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}
