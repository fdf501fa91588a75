//! Limits concurrent reads that go over many rows: N run, 2N wait up to 250 ms, the rest get
//! OVERLOADED with RetryInfo. They take at most a quarter of the database's connections and half of
//! the processors, so that they never keep writes from theirs.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::{
    Database,
    status::{Reason, Refusal},
};

const LONGEST_WAIT: Duration = Duration::from_millis(250);
/// When to come back.
const RETRY_DELAY: Duration = Duration::from_millis(500);
const WAITING_PER_READ: usize = 2;

/// The heavy reads of a service.
#[derive(Clone, Debug)]
pub struct HeavyReads {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl HeavyReads {
    pub fn of(database: &Database) -> Self {
        let connections = database.pool.options().get_max_connections();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(usize::try_from(connections / 4).unwrap_or(1).min(processors / 2).max(1))
    }

    fn new(at_once: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(at_once.saturating_mul(WAITING_PER_READ))),
        }
    }

    /// Lets a read begin where few enough run, or soon do; it runs until the permit is dropped.
    pub async fn enter(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Refusal> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(permit);
        }
        let Ok(_waits) = self.waiting.try_acquire() else { return Err(overloaded()) };
        let until = deadline.min(Instant::now() + LONGEST_WAIT);
        let turn = tokio::time::timeout_at(until, Arc::clone(&self.running).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or_else(overloaded)
    }
}

fn overloaded() -> Refusal {
    Refusal::new(Reason::Overloaded, "more reads of many records than the server takes at once")
        .retry_after(RETRY_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_beyond_what_runs_and_waits_are_told_to_come_back() {
        let reads = HeavyReads::new(1);
        let soon = || Instant::now() + Duration::from_millis(20);
        let first = reads.enter(soon()).await.unwrap();
        let waits = [reads.enter(soon()), reads.enter(soon()), reads.enter(soon())];
        for refused in futures::future::join_all(waits).await {
            assert_eq!(refused.unwrap_err().reason(), Reason::Overloaded);
        }
        drop(first);
        assert!(reads.enter(soon()).await.is_ok());
    }
}
