//! Tells the time, so that tests can hold it.

use std::sync::{Arc, Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::fault;

/// Tells the time. Tests hold one that moves only when told to.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Held(Arc<Mutex<OffsetDateTime>>),
}

impl Clock {
    pub fn held_at(now: OffsetDateTime) -> Self {
        Self::Held(Arc::new(Mutex::new(now)))
    }

    /// The present moment, in UTC, to the microsecond that Postgres keeps.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> OffsetDateTime {
        let now = match self {
            Self::System => OffsetDateTime::now_utc() + fault::clock_shift(),
            Self::Held(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        };
        now.replace_nanosecond(now.microsecond() * 1000).unwrap_or(now)
    }

    /// Moves a held clock forward; the system's clock moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Held(now) = self {
            *now.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}
