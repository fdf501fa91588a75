use time::OffsetDateTime;

use super::Arrival;

/// How far a movement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Planned,
    Delayed,
    Departed(Departure),
    ArrivedInPart {
        departure: Departure,
        arrivals: Arrivals,
    },
    /// Everyone who left arrived.
    Arrived {
        departure: Departure,
        arrivals: Arrivals,
    },
    Cancelled,
}

/// How many people left, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    pub at: OffsetDateTime,
    pub headcount: i32,
}

/// The sum of a movement's arrivals: how many there were, how many people they brought, and when
/// the last one was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    pub count: i32,
    pub headcount: i32,
    pub last_at: OffsetDateTime,
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Delayed => "delayed",
            Self::Departed(_) => "departed",
            Self::ArrivedInPart { .. } => "arrived_in_part",
            Self::Arrived { .. } => "arrived",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn departure(&self) -> Option<Departure> {
        match self {
            Self::Departed(departure)
            | Self::ArrivedInPart { departure, .. }
            | Self::Arrived { departure, .. } => Some(*departure),
            Self::Planned | Self::Delayed | Self::Cancelled => None,
        }
    }

    /// The same state of a movement that left at another moment.
    #[must_use]
    pub fn departed_at(self, at: OffsetDateTime) -> Self {
        let put = |departure: Departure| Departure { at, ..departure };
        match self {
            Self::Departed(departure) => Self::Departed(put(departure)),
            Self::ArrivedInPart { departure, arrivals } => {
                Self::ArrivedInPart { departure: put(departure), arrivals }
            }
            Self::Arrived { departure, arrivals } => {
                Self::Arrived { departure: put(departure), arrivals }
            }
            Self::Planned | Self::Delayed | Self::Cancelled => self,
        }
    }

    pub fn arrivals(&self) -> Option<Arrivals> {
        match self {
            Self::ArrivedInPart { arrivals, .. } | Self::Arrived { arrivals, .. } => {
                Some(*arrivals)
            }
            Self::Planned | Self::Delayed | Self::Departed(_) | Self::Cancelled => None,
        }
    }
}

impl Arrivals {
    /// The sum with one more arrival.
    pub(super) fn with(self, arrival: &Arrival) -> Self {
        Self {
            count: self.count.saturating_add(1),
            headcount: self.headcount + arrival.headcount,
            last_at: self.last_at.max(arrival.at),
        }
    }
}
