//! Whether this replica can read its database: watches end where it cannot, and health says so.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long the database may not have been read before watches end: with the time that one look
/// takes, they do within 5 seconds.
const LONGEST: Duration = Duration::from_secs(3);

/// When the database was last read.
#[derive(Debug, Default)]
pub struct Sight(Mutex<Option<Instant>>);

impl Sight {
    /// Remembers that a look that began at this moment was answered.
    pub fn saw(&self, began: Instant) {
        let mut last = self.last_mut();
        *last = (*last).max(Some(began));
    }

    /// When the last look that was answered began; `None` before the first.
    pub fn last(&self) -> Option<Instant> {
        *self.last_mut()
    }

    /// Whether looks have gone unanswered for too long. Before the first nothing is lost.
    pub fn is_lost(&self) -> bool {
        self.last().is_some_and(|last| LONGEST <= last.elapsed())
    }

    fn last_mut(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_lost_when_nothing_was_seen_for_long_and_comes_back() {
        let sight = Sight::default();
        assert!(!sight.is_lost());
        sight.saw(Instant::now());
        tokio::time::advance(LONGEST / 2).await;
        assert!(!sight.is_lost());
        tokio::time::advance(LONGEST).await;
        assert!(sight.is_lost());
        sight.saw(Instant::now());
        assert!(!sight.is_lost());
    }
}
