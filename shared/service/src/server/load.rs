//! Limits concurrent calls: N run, 2N wait up to 250 ms, and the rest get OVERLOADED with RetryInfo.
//! A call that could not be answered in time is never begun, so that throughput under overload stays
//! what it is without.
//!
//! A call comes here after its caller is known: callers that are not known never get to a permit,
//! and cost no more than the check of a token. Of those that are known, none can hold every permit
//! or fill the queue: a free permit goes to whoever holds the fewest.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};

use crate::{
    ServiceConfig,
    status::{Reason, Refusal},
};

/// The longest that a call waits for a permit; after that another replica is the better choice.
const LONGEST_WAIT: Duration = Duration::from_millis(250);
/// After which time a refused caller is told to come back.
const RETRY_DELAY: Duration = Duration::from_millis(250);
/// A call spends about half of its time on anything but its connection to the database.
const PERMITS_PER_CONNECTION: usize = 2;
const WAITING_PER_PERMIT: usize = 2;
/// While one read of many records by name is on its way, those for the next one gather.
const GETS_PER_CALL: usize = 8;

/// The permits of a server.
#[derive(Clone, Debug)]
pub struct Load(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    permits: usize,
    /// One caller holds no more: there is always a permit for another.
    permits_per_caller: usize,
    waiting: usize,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    taken: usize,
    /// How many calls had to wait so far.
    came: u64,
    /// What each caller has; no caller is named that has nothing.
    callers: HashMap<Arc<str>, Share>,
}

/// What one caller has.
#[derive(Debug, Default)]
struct Share {
    held: usize,
    /// Its calls that wait, and as the how many-th each came.
    waiting: VecDeque<(u64, oneshot::Sender<Permit>)>,
}

/// A permit that a call has until this is dropped.
#[derive(Debug)]
pub struct Permit {
    load: Load,
    caller: Arc<str>,
}

impl Load {
    /// As many permits as the configuration says, or else as the database can keep busy.
    pub fn of(config: &ServiceConfig) -> Self {
        let connections = usize::try_from(config.database_connections).unwrap_or(usize::MAX);
        let usual = connections.saturating_mul(PERMITS_PER_CONNECTION);
        Self::new(config.calls_at_once.unwrap_or(usual))
    }

    /// As many permits as are for the reads by name of a server with so many for other calls.
    #[must_use]
    pub fn of_gets(&self) -> Self {
        Self::new(self.0.permits.saturating_mul(GETS_PER_CALL))
    }

    pub(super) fn new(permits: usize) -> Self {
        let permits = permits.max(1);
        Self(Arc::new(Shared {
            permits,
            permits_per_caller: permits - permits / 4,
            waiting: permits.saturating_mul(WAITING_PER_PERMIT),
            now: Mutex::default(),
        }))
    }

    /// Lets a call in where there is a permit for it, or soon is.
    pub async fn enter(&self, caller: Arc<str>, deadline: Instant) -> Result<Permit, Refusal> {
        let turn = {
            let mut now = self.now();
            let held = now.callers.get(&caller).map_or(0, |share| share.held);
            if self.has_permit(&now, held) {
                return Ok(self.take(&mut now, caller));
            }
            self.queue(&mut now, caller)?
        };
        let until = deadline.min(Instant::now() + LONGEST_WAIT);
        let permit = match tokio::time::timeout_at(until, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            // Pushed out by a caller that has less, or there was none in time.
            Ok(Err(_)) | Err(_) => Err(overloaded()),
        };
        if deadline <= Instant::now() {
            return Err(Refusal::new(Reason::DeadlinePassed, "the deadline passed"));
        }
        permit
    }

    /// Whether there is a permit for a caller that holds so many.
    fn has_permit(&self, now: &Now, held: usize) -> bool {
        now.taken < self.0.permits && held < self.0.permits_per_caller
    }

    fn take(&self, now: &mut Now, caller: Arc<str>) -> Permit {
        now.taken += 1;
        now.callers.entry(Arc::clone(&caller)).or_default().held += 1;
        Permit { load: self.clone(), caller }
    }

    /// Lets a call wait for its turn. Where too many do, the caller with most of them loses its
    /// latest.
    fn queue(&self, now: &mut Now, caller: Arc<str>) -> Result<oneshot::Receiver<Permit>, Refusal> {
        if self.0.waiting <= now.waiting() {
            let own = now.callers.get(&caller).map_or(0, |share| share.waiting.len());
            let most = now.callers.values_mut().max_by_key(|share| share.waiting.len());
            match most.filter(|most| own + 1 < most.waiting.len()) {
                Some(most) => drop(most.waiting.pop_back()),
                None => return Err(overloaded()),
            }
        }
        let (turn, mine) = oneshot::channel();
        now.came += 1;
        let came = now.came;
        now.callers.entry(caller).or_default().waiting.push_back((came, turn));
        Ok(mine)
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whose turn it is: of those that may have a permit, whoever holds the fewest, then whoever
    /// came first.
    fn next(&self) -> Option<(oneshot::Sender<Permit>, Permit)> {
        let mut now = self.now();
        now.forget_the_gone();
        let first = (now.callers.iter())
            .filter(|(_, share)| self.has_permit(&now, share.held))
            .filter_map(|(caller, share)| Some((share.held, share.waiting.front()?.0, caller)))
            .min()
            .map(|(_, _, caller)| Arc::clone(caller))?;
        let (_, turn) = now.callers.get_mut(&first)?.waiting.pop_front()?;
        Some((turn, self.take(&mut now, first)))
    }
}

impl Now {
    /// How many calls wait.
    fn waiting(&mut self) -> usize {
        self.forget_the_gone();
        self.callers.values().map(|share| share.waiting.len()).sum()
    }

    /// Drops the calls that nobody waits for any more, and callers that have nothing left.
    fn forget_the_gone(&mut self) {
        self.callers.retain(|_, share| {
            share.waiting.retain(|(_, turn)| !turn.is_closed());
            0 < share.held || !share.waiting.is_empty()
        });
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        {
            let mut now = self.load.now();
            now.taken -= 1;
            if let Some(share) = now.callers.get_mut(&self.caller) {
                share.held -= 1;
            }
        }
        // One that has gone in the meantime drops its permit, and so passes it on.
        if let Some((turn, permit)) = self.load.next() {
            let _ = turn.send(permit);
        }
    }
}

fn overloaded() -> Refusal {
    Refusal::new(Reason::Overloaded, "more calls than the server takes at once")
        .retry_after(RETRY_DELAY)
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    async fn enter(load: &Load, caller: &str) -> Result<Permit, Reason> {
        load.enter(caller.into(), soon()).await.map_err(|refusal| refusal.reason())
    }

    #[tokio::test(start_paused = true)]
    async fn what_finds_no_permit_in_time_is_refused() {
        let load = Load::new(1);
        let permit = enter(&load, "a").await.unwrap();
        assert_eq!(enter(&load, "b").await.unwrap_err(), Reason::Overloaded);
        drop(permit);
        enter(&load, "b").await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn where_too_many_wait_the_next_is_refused_at_once() {
        let load = Load::new(1);
        let _permit = enter(&load, "a").await.unwrap();
        let waiting: Vec<_> = (0..2).map(|_| Box::pin(enter(&load, "a"))).collect();
        let mut waiting = futures::future::join_all(waiting);
        assert!((&mut waiting).now_or_never().is_none());
        let refused = enter(&load, "a").now_or_never().unwrap();
        assert_eq!(refused.unwrap_err(), Reason::Overloaded);
    }

    #[tokio::test(start_paused = true)]
    async fn no_caller_holds_every_permit() {
        let load = Load::new(4);
        let held = futures::future::join_all((0..4).map(|_| enter(&load, "a"))).await;
        assert_eq!(held.iter().filter(|permit| permit.is_ok()).count(), 3);
        enter(&load, "b").now_or_never().unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_permit_goes_to_whoever_holds_the_fewest() {
        let load = Load::new(2);
        let (one, _other) = (enter(&load, "a").await.unwrap(), enter(&load, "b").await.unwrap());
        let (mut again, mut new) = (Box::pin(enter(&load, "b")), Box::pin(enter(&load, "c")));
        assert!((&mut again).now_or_never().is_none());
        assert!((&mut new).now_or_never().is_none());
        drop(one);
        assert!((&mut again).now_or_never().is_none());
        new.now_or_never().unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_fills_the_queue_makes_room_for_another() {
        let load = Load::new(1);
        let permit = enter(&load, "a").await.unwrap();
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(enter(&load, "a"))).collect();
        for call in &mut waiting {
            assert!(call.now_or_never().is_none());
        }
        let mut other = Box::pin(enter(&load, "b"));
        assert!((&mut other).now_or_never().is_none());
        let last = waiting.pop().unwrap().now_or_never().unwrap();
        assert_eq!(last.unwrap_err(), Reason::Overloaded);
        drop(permit);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_whose_time_passed_in_the_queue_is_not_begun() {
        let load = Load::new(1);
        let _permit = enter(&load, "a").await.unwrap();
        let deadline = Instant::now() + Duration::from_millis(10);
        let refused = load.enter("b".into(), deadline).await.unwrap_err();
        assert_eq!(refused.reason(), Reason::DeadlinePassed);
        assert_eq!(load.now().waiting(), 0);
    }
}
