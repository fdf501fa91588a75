//! Runs of whole days.

use serde::{Deserialize, Serialize};
use time::Date;

/// A run of whole days: from `start`, inclusive, to `end`, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    start: Date,
    end: Date,
}

impl Period {
    /// `None` where it would hold no day.
    pub fn new(start: Date, end: Date) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    pub fn start(self) -> Date {
        self.start
    }

    /// The first day that no longer belongs to it.
    pub fn end(self) -> Date {
        self.end
    }

    pub fn last_day(self) -> Date {
        self.end.previous_day().unwrap_or(self.end)
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn holds(self, day: Date) -> bool {
        self.start <= day && day < self.end
    }
}
