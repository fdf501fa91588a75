use muster_values::{Collected, Id, Source, Zone, words};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::{OutOfOrder, StateForbids, headcount::Account, moment};

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

words! {
    /// How far a movement is.
    pub enum State {
        Planned = "planned",
        Delayed = "delayed",
        Departed = "departed",
        ArrivedInPart = "arrived_in_part",
        Arrived = "arrived",
        Cancelled = "cancelled",
    }
}

/// Where a movement begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
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
/// PLANNED ⇄ DELAYED → DEPARTED → ARRIVED_IN_PART → ARRIVED
///     └───────┴→ CANCELLED
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub contingent: Id,
    pub direction: Direction,
    pub mode: Option<Mode>,
    pub carrier: String,
    pub origin: Place,
    pub destination: Place,
    pub planned: i32,
    pub window: Window,
    pub state: State,
    pub departed_at: Option<OffsetDateTime>,
    pub departed: i32,
    /// How many arrivals there were, how many people they brought, and when the last one was.
    pub arrivals: i32,
    pub arrived: i32,
    pub last_arrived_at: Option<OffsetDateTime>,
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
    #[error("{travelling} people are on the way; {asked} cannot arrive")]
    TooMany { account: Account, travelling: i32, asked: i32, at: OffsetDateTime },
}

impl Movement {
    pub fn depart(&mut self, at: OffsetDateTime, headcount: i32) -> Result<(), Refused> {
        self.before_departure()?;
        self.state = State::Departed;
        self.departed_at = Some(at);
        self.departed = headcount;
        Ok(())
    }

    /// Some or all of those on the way arrived. How many are on the way, the ledger knows.
    pub fn arrive(&mut self, arrival: &Arrival) -> Result<(), Refused> {
        if !matches!(self.state, State::Departed | State::ArrivedInPart) {
            return Err(self.forbids("DEPARTED or ARRIVED_IN_PART").into());
        }
        self.not_before_departure("effective_time", arrival.at)?;
        let travelling = self.departed - self.arrived;
        if travelling < arrival.headcount {
            let Arrival { at, headcount: asked, .. } = *arrival;
            return Err(Refused::TooMany { account: self.way(), travelling, asked, at });
        }
        let all = travelling == arrival.headcount;
        self.state = if all { State::Arrived } else { State::ArrivedInPart };
        self.arrivals = self.arrivals.saturating_add(1);
        self.arrived += arrival.headcount;
        self.last_arrived_at = self.last_arrived_at.max(Some(arrival.at));
        Ok(())
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
    /// fixed.
    pub fn follow(&mut self, before: &Self) -> Result<(), Refused> {
        let plan = |of: &Self| (of.origin.clone(), of.destination.clone(), of.planned, of.window);
        if plan(self) != plan(before) {
            before.before_departure()?;
        }
        self.state = before.state;
        self.departed_at = before.departed_at;
        self.departed = before.departed;
        self.arrivals = before.arrivals;
        self.arrived = before.arrived;
        self.last_arrived_at = before.last_arrived_at;
        self.note.clone_from(&before.note);
        Ok(())
    }

    /// Where those on the way count.
    fn way(&self) -> Account {
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
        match self.departed_at {
            Some(departed_at) if at < departed_at => {
                Err(OutOfOrder { field, earliest: moment(departed_at) })
            }
            _ => Ok(()),
        }
    }

    /// How much later than the end of the latest planned day at the mission's place the last part
    /// arrived.
    pub fn slippage(&self) -> Option<Duration> {
        let late = self.last_arrived_at? - self.window.due_at?;
        (Duration::ZERO < late).then_some(late)
    }

    fn before_departure(&self) -> Result<(), StateForbids> {
        match self.state {
            State::Planned | State::Delayed => Ok(()),
            _ => Err(self.forbids("PLANNED or DELAYED")),
        }
    }

    fn forbids(&self, allowed: &'static str) -> StateForbids {
        StateForbids { what: "the movement".to_owned(), state: self.state.as_str(), allowed }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    const START: OffsetDateTime = datetime!(2024-06-24 20:00 UTC);

    fn planned() -> Movement {
        let place =
            |name: &str| Place { display_name: name.into(), locode: String::new(), area: None };
        Movement {
            contingent: Id::trusted("ken-1"),
            direction: Direction::Deployment,
            mode: Some(Mode::Air),
            carrier: String::new(),
            origin: place("Nairobi"),
            destination: place("Port-au-Prince"),
            planned: 400,
            window: window(&Zone::UTC),
            state: State::Planned,
            departed_at: None,
            departed: 0,
            arrivals: 0,
            arrived: 0,
            last_arrived_at: None,
            note: String::new(),
            sources: Vec::new(),
        }
    }

    fn part(at: OffsetDateTime, headcount: i32) -> Arrival {
        Arrival { at, headcount, note: String::new(), entry: None }
    }

    #[test]
    fn a_movement_may_arrive_in_parts_but_not_with_more_than_left() {
        let mut movement = planned();
        movement.depart(START, 300).unwrap();
        movement.arrive(&part(START + Duration::DAY, 200)).unwrap();
        assert_eq!(movement.state, State::ArrivedInPart);
        let too_many = movement.arrive(&part(START + Duration::DAY, 101));
        let (account, at) = (Account::InTransit, START + Duration::DAY);
        let expected = Refused::TooMany { account, travelling: 100, asked: 101, at };
        assert_eq!(too_many, Err(expected));
        movement.arrive(&part(START + Duration::DAY, 100)).unwrap();
        assert_eq!((movement.state, movement.arrived), (State::Arrived, 300));
    }

    #[test]
    fn an_arrival_does_not_come_before_the_departure() {
        let mut movement = planned();
        movement.depart(START, 200).unwrap();
        let refused = movement.arrive(&part(START - Duration::SECOND, 200));
        assert!(matches!(refused, Err(Refused::Order(_))));
    }

    #[test]
    fn those_who_are_on_the_way_home_are_returning() {
        let mut movement = Movement { direction: Direction::Repatriation, ..planned() };
        movement.depart(START, 200).unwrap();
        let refused = movement.arrive(&part(START, 201));
        assert!(matches!(refused, Err(Refused::TooMany { account: Account::Returning, .. })));
    }

    #[test]
    fn the_earliest_time_is_told_as_the_wire_writes_times() {
        let mut movement = planned();
        movement.depart(START, 200).unwrap();
        let Err(Refused::Order(order)) = movement.arrive(&part(START - Duration::DAY, 1)) else {
            panic!("an arrival before the departure")
        };
        assert_eq!(order.earliest, "2024-06-24T20:00:00Z");
    }

    fn window(zone: &Zone) -> Window {
        let latest_arrival = Some(date!(2024 - 06 - 25));
        Window { latest_arrival, ..Window::default() }.at_place(zone)
    }

    #[test]
    fn the_latest_day_ends_where_the_mission_is() {
        let haiti = "America/Port-au-Prince".parse().unwrap();
        let mut movement = Movement { window: window(&haiti), ..planned() };
        movement.depart(START, 200).unwrap();
        movement.arrive(&part(datetime!(2024-06-25 22:30 -4), 100)).unwrap();
        assert_eq!(movement.slippage(), None);
        movement.arrive(&part(datetime!(2024-06-26 0:30 -4), 100)).unwrap();
        assert_eq!(movement.slippage(), Some(Duration::MINUTE * 30));
    }

    #[test]
    fn slippage_counts_from_the_end_of_the_latest_day() {
        let mut movement = planned();
        movement.depart(START, 200).unwrap();
        movement.arrive(&part(datetime!(2024-06-25 23:59 UTC), 100)).unwrap();
        assert_eq!(movement.slippage(), None);
        movement.arrive(&part(datetime!(2024-06-26 6:00 UTC), 100)).unwrap();
        assert_eq!(movement.slippage(), Some(Duration::HOUR * 6));
    }

    #[test]
    fn a_movement_that_left_is_not_cancelled() {
        let mut movement = planned();
        movement.depart(START, 200).unwrap();
        assert!(movement.cancel("why".into()).is_err());
    }
}
