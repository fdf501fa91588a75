use muster_values::{Collected, Id, PartialDate, Quantity, Source, words};
use time::Date;

use super::{OutOfOrder, StateForbids};

words! {
    /// What kind of people are sent.
    pub enum Category {
        Police = "police",
        Military = "military",
        Civilian = "civilian",
        Mixed = "mixed",
    }
}

/// What a partner offered to send.
///
/// ```text
/// OFFERED → CONFIRMED → FULFILLED_IN_PART ⇄ FULFILLED
///     └─────────┴────────────────┴→ WITHDRAWN
/// before WITHDRAWN:  any → FULFILLED_IN_PART, FULFILLED, as people arrive or its size changes
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    pub partner: Id,
    /// `None` where the partner gave no number.
    pub size: Option<Quantity>,
    pub category: Option<Category>,
    pub offered_on: PartialDate,
    pub conditions: String,
    pub state: State,
    /// The day of the formal notification.
    pub confirmed_on: Option<Date>,
    /// People of this pledge's contingents who have arrived so far.
    pub arrived: i32,
    pub sources: Vec<Source>,
}

impl Collected for Pledge {
    const COLLECTION: &'static str = "pledges";
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Offered,
    Confirmed,
    /// Some arrived, fewer than the least that was offered.
    FulfilledInPart,
    /// At least the least that was offered arrived.
    Fulfilled,
    Withdrawn {
        on: Date,
        reason: String,
    },
}

/// Why a pledge stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    State(#[from] StateForbids),
    #[error(transparent)]
    Order(#[from] OutOfOrder),
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Confirmed => "confirmed",
            Self::FulfilledInPart => "fulfilled_in_part",
            Self::Fulfilled => "fulfilled",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

impl Pledge {
    /// The pledge was formally notified to the authority.
    pub fn confirm(&mut self, on: Date, sources: Vec<Source>) -> Result<(), Refused> {
        match self.state {
            State::Offered => {}
            State::Confirmed
            | State::FulfilledInPart
            | State::Fulfilled
            | State::Withdrawn { .. } => return Err(self.forbids("OFFERED").into()),
        }
        self.not_before_the_offer("confirm_date", on)?;
        self.confirmed_on = Some(on);
        self.state = State::Confirmed;
        self.sources.extend(sources);
        Ok(())
    }

    /// The partner took back what was not fulfilled.
    pub fn withdraw(&mut self, on: Date, reason: String) -> Result<(), Refused> {
        match self.state {
            State::Offered | State::Confirmed | State::FulfilledInPart => {}
            State::Fulfilled | State::Withdrawn { .. } => {
                return Err(self.forbids("OFFERED, CONFIRMED or FULFILLED_IN_PART").into());
            }
        }
        self.not_before_the_offer("withdraw_date", on)?;
        self.state = State::Withdrawn { on, reason };
        Ok(())
    }

    /// People of this pledge arrived; how far it is fulfilled follows from the number. A pledge
    /// that was withdrawn stays withdrawn.
    pub fn arrive(&mut self, headcount: i32) {
        self.arrived = self.arrived.saturating_add(headcount);
        match self.state {
            State::Offered | State::Confirmed | State::FulfilledInPart | State::Fulfilled => {
                self.state = self.fulfilment();
            }
            State::Withdrawn { .. } => {}
        }
    }

    /// How far those who arrived fulfil the offer.
    fn fulfilment(&self) -> State {
        match self.size.as_ref().and_then(Quantity::at_least) {
            Some(least) if i64::from(self.arrived) < least => State::FulfilledInPart,
            Some(_) => State::Fulfilled,
            // An offer without a least number has nothing that arrivals could be compared with.
            None => State::FulfilledInPart,
        }
    }

    /// Takes over what became of the offer as it was before; how far it is fulfilled follows from
    /// its size as it is now. The days of what became of it may be others: they are put right.
    pub fn keep_progress_of(&mut self, before: &Self) -> Result<(), OutOfOrder> {
        if let Some(on) = self.confirmed_on {
            self.not_before_the_offer("pledge.confirm_date", on)?;
        }
        if let State::Withdrawn { on, .. } = self.state {
            self.not_before_the_offer("pledge.withdraw_date", on)?;
        } else {
            self.state = before.state.clone();
        }
        self.arrived = before.arrived;
        if 0 < self.arrived {
            self.arrive(0);
        }
        Ok(())
    }

    fn not_before_the_offer(&self, field: &'static str, on: Date) -> Result<(), OutOfOrder> {
        let earliest = self.offered_on.first_day();
        if on < earliest {
            Err(OutOfOrder { field, earliest: earliest.to_string() })
        } else {
            Ok(())
        }
    }

    fn forbids(&self, allowed: &'static str) -> StateForbids {
        let allowed = allowed.into();
        StateForbids { what: "the pledge".to_owned(), state: self.state.word(), allowed }
    }
}

#[cfg(test)]
mod tests;
