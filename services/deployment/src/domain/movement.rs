mod request;
mod state;

use muster_values::{Collected, Id, Source, Zone, words};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::{OutOfOrder, StateForbids, TooLate, headcount::Account, moment};

pub use self::request::{Replan, Travel};
pub use self::state::{Arrivals, Departure, State};

words! {
    /// Which way a movement goes.
    pub enum Direction {
        Deployment = "deployment",
        Repatriation = "repatriation",
    }
}

words! {
    /// What a movement goes by.
    pub enum Mode {
        Air = "air",
        Sea = "sea",
        Road = "road",
    }
}

/// Where a movement begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovementPlace {
    pub display_name: String,
    pub locode: String,
    /// The P-code, for a place in the host country.
    pub area: Option<String>,
}

/// The plan, in the dates of time-phased force deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub ready_to_load: Option<Date>,
    pub available_to_load: Option<Date>,
    pub earliest_arrival: Option<Date>,
    pub latest_arrival: Option<Date>,
    /// When the latest day of arrival is over at the mission's place.
    pub due_at: Option<OffsetDateTime>,
}

impl Window {
    /// The same plan, with its days cut in the time zone of the mission's place.
    #[must_use]
    pub fn at_place(self, zone: &Zone) -> Self {
        let over = |day: Date| day.next_day().map(|next| zone.start(next));
        Self { due_at: self.latest_arrival.and_then(over), ..self }
    }
}

/// One part of a movement that reached its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub at: OffsetDateTime,
    pub headcount: i32,
    pub note: String,
    /// The entry of the ledger that it made; a record has it from the beginning.
    pub entry: Option<Id>,
}

impl Collected for Arrival {
    const COLLECTION: &'static str = "movements/arrivals";
}

/// Carries people of one contingent from one place to another.
///
/// ```text
/// PLANNED → DELAYED → DEPARTED → ARRIVED_IN_PART → ARRIVED
/// before DEPARTED:  PLANNED → DEPARTED; any → CANCELLED
/// from DEPARTED:    → ARRIVED, where all arrive at once
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub contingent: Id,
    pub direction: Direction,
    pub mode: Option<Mode>,
    pub carrier: String,
    pub origin: MovementPlace,
    pub destination: MovementPlace,
    pub planned: i32,
    pub window: Window,
    pub state: State,
    /// Why it was delayed or cancelled; one that was delayed keeps it when it departs.
    pub note: String,
    pub sources: Vec<Source>,
}

impl Collected for Movement {
    const COLLECTION: &'static str = "movements";
}

/// Why a movement stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    State(#[from] StateForbids),
    #[error(transparent)]
    Order(#[from] OutOfOrder),
    #[error(transparent)]
    Late(#[from] TooLate),
    #[error("{travelling} people are on the way; {asked} cannot arrive")]
    TooMany { account: Account, travelling: i32, asked: i32, at: OffsetDateTime },
}

impl Movement {
    pub fn depart(&mut self, at: OffsetDateTime, headcount: i32) -> Result<(), Refused> {
        self.before_departure()?;
        self.state = State::Departed(Departure { at, headcount });
        Ok(())
    }

    /// Some or all of those on the way arrived.
    pub fn arrive(&mut self, arrival: &Arrival) -> Result<(), Refused> {
        let (departure, before) = match self.state {
            State::Departed(departure) => {
                (departure, Arrivals { count: 0, headcount: 0, last_at: arrival.at })
            }
            State::ArrivedInPart { departure, arrivals } => (departure, arrivals),
            State::Planned | State::Delayed | State::Arrived { .. } | State::Cancelled => {
                return Err(self.forbids("DEPARTED or ARRIVED_IN_PART").into());
            }
        };
        self.not_before_departure("effective_time", arrival.at)?;
        let travelling = departure.headcount - before.headcount;
        if travelling < arrival.headcount {
            let Arrival { at, headcount: asked, .. } = *arrival;
            return Err(Refused::TooMany { account: self.way(), travelling, asked, at });
        }
        let arrivals = before.with(arrival);
        self.state = if travelling == arrival.headcount {
            State::Arrived { departure, arrivals }
        } else {
            State::ArrivedInPart { departure, arrivals }
        };
        Ok(())
    }

    /// An arrival was put at another moment, and the last one was then.
    pub fn correct_last_arrival(&mut self, last_at: OffsetDateTime) -> Result<(), Refused> {
        match &mut self.state {
            State::ArrivedInPart { arrivals, .. } | State::Arrived { arrivals, .. } => {
                arrivals.last_at = last_at;
                Ok(())
            }
            State::Planned | State::Delayed | State::Departed(_) | State::Cancelled => {
                Err(self.forbids("ARRIVED_IN_PART or ARRIVED").into())
            }
        }
    }

    pub fn delay(&mut self, window: Window, note: String) -> Result<(), Refused> {
        self.before_departure()?;
        self.state = State::Delayed;
        self.window = window;
        self.note = note;
        Ok(())
    }

    pub fn cancel(&mut self, note: String) -> Result<(), Refused> {
        self.before_departure()?;
        self.state = State::Cancelled;
        self.note = note;
        Ok(())
    }

    /// Takes over how far the movement as it was before is. What was planned for one that left is
    /// fixed; when it left may be put right.
    pub fn keep_progress_of(&mut self, before: &Self) -> Result<(), Refused> {
        let plan = |of: &Self| (of.origin.clone(), of.destination.clone(), of.planned, of.window);
        if plan(self) != plan(before) {
            before.before_departure()?;
        }
        self.state = match self.state.departure() {
            Some(departure) => before.state.departed_at(departure.at),
            None => before.state,
        };
        self.note.clone_from(&before.note);
        Ok(())
    }

    /// Where those on the way count.
    pub fn way(&self) -> Account {
        match self.direction {
            Direction::Deployment => Account::InTransit,
            Direction::Repatriation => Account::Returning,
        }
    }

    /// Refuses an arrival before the departure.
    pub fn not_before_departure(
        &self,
        field: &'static str,
        at: OffsetDateTime,
    ) -> Result<(), OutOfOrder> {
        match self.state.departure() {
            Some(departure) if at < departure.at => {
                Err(OutOfOrder { field, earliest: moment(departure.at) })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a departure after the first of the arrivals.
    pub fn may_leave(&self, first: Option<OffsetDateTime>) -> Result<(), Refused> {
        match (self.state.departure(), first) {
            (Some(departure), Some(first)) if first < departure.at => {
                let field = "movement.departure_time";
                Err(TooLate { field, latest: moment(first) }.into())
            }
            _ => Ok(()),
        }
    }

    /// How much later than the end of the latest planned day at the mission's place the last part
    /// arrived.
    pub fn slippage(&self) -> Option<Duration> {
        let late = self.state.arrivals()?.last_at - self.window.due_at?;
        (Duration::ZERO < late).then_some(late)
    }

    fn before_departure(&self) -> Result<(), StateForbids> {
        match self.state {
            State::Planned | State::Delayed => Ok(()),
            State::Departed(_)
            | State::ArrivedInPart { .. }
            | State::Arrived { .. }
            | State::Cancelled => Err(self.forbids("PLANNED or DELAYED")),
        }
    }

    fn forbids(&self, allowed: &'static str) -> StateForbids {
        let allowed = allowed.into();
        StateForbids { what: "the movement".to_owned(), state: self.state.word(), allowed }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod state_table;
