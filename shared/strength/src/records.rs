//! What strength is made from, by the names of the resources.

use muster_values::{PartialDate, Quantity, Zone};
use time::Date;

use crate::{entry::Entry, mandate::Mandate, measure::Measure, measure::Subject};

/// Everything that was known of a mission, as far as its strength is made from it.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Of the place that the mission is sent to; days are cut in it.
    pub zone: Zone,
    pub partners: Vec<Partner>,
    pub mandates: Vec<Mandate>,
    pub pledges: Vec<Pledge>,
    pub contingents: Vec<Contingent>,
    pub movements: Vec<Movement>,
    pub entries: Vec<Entry>,
    pub claims: Vec<Claim>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    pub name: String,
    /// The mission keeps no books of a host force: of it there are claims only.
    pub is_host_force: bool,
}

/// What a partner offered to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    pub name: String,
    pub partner: String,
    /// `None` where the partner gave no number.
    pub size: Option<Quantity>,
    pub offered_on: PartialDate,
    pub confirmed_on: Option<Date>,
    pub withdrawn_on: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contingent {
    pub name: String,
    pub partner: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub name: String,
    pub contingent: String,
    pub is_homeward: bool,
}

/// What someone else says of how many people there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub name: String,
    pub measure: Measure,
    pub quantity: Quantity,
    /// The day it speaks of, to its end.
    pub as_of: Date,
    pub subject: Subject,
}

impl Records {
    /// Nothing was known from which strength could be made, nor a claim of it.
    pub fn is_empty(&self) -> bool {
        self.mandates.is_empty()
            && self.pledges.is_empty()
            && self.contingents.is_empty()
            && self.movements.is_empty()
            && self.entries.is_empty()
            && self.claims.is_empty()
    }

    /// The same in the order of names, so that equal records give equal answers.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.partners.sort_by(|one, other| one.name.cmp(&other.name));
        self.mandates.sort_by(|one, other| one.name.cmp(&other.name));
        self.pledges.sort_by(|one, other| one.name.cmp(&other.name));
        self.contingents.sort_by(|one, other| one.name.cmp(&other.name));
        self.movements.sort_by(|one, other| one.name.cmp(&other.name));
        self.entries.sort_by(|one, other| one.name.cmp(&other.name));
        self.claims.sort_by(|one, other| one.name.cmp(&other.name));
        self
    }
}
