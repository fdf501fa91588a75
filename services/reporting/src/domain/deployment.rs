//! What the deployment service's feed has told, as far as this service needs it.

use muster_service::{PartialDate, Quantity, Source, words};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

words! {
    /// Where a person of a contingent counts.
    pub enum Account {
        Outside = "outside",
        Pledged = "pledged",
        Training = "training",
        Ready = "ready",
        InTransit = "in_transit",
        Present = "present",
        OnLeave = "on_leave",
        Medical = "medical",
        Missing = "missing",
        Dead = "dead",
        Returning = "returning",
        Repatriated = "repatriated",
    }
}

words! {
    /// What a number of people counts.
    pub enum Measure {
        Authorised = "authorised",
        Planned = "planned",
        Pledged = "pledged",
        Confirmed = "confirmed",
        Ready = "ready",
        InTransit = "in_transit",
        Arrived = "arrived",
        Present = "present",
        Effective = "effective",
        Listed = "listed",
        Operational = "operational",
        Available = "available",
    }
}

/// One resource of the deployment service, as its feed told of it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Resource {
    Mission(Mission),
    Area(Area),
    Partner(Partner),
    Mandate(Mandate),
    Pledge(Pledge),
    Contingent(Contingent),
    Movement(Movement),
    HeadcountEntry(HeadcountEntry),
    Site(Site),
    StrengthClaim(StrengthClaim),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mission {
    pub name: String,
    pub display_name: String,
    pub host_country: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    pub name: String,
    pub code: String,
    pub display_name: String,
    pub level: i32,
    /// The code of the area it lies in.
    pub parent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub name: String,
    pub display_name: String,
    pub country: String,
    pub leads: bool,
    pub is_host_force: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    pub name: String,
    pub authority: String,
    pub instrument: String,
    pub adopted_on: Date,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub personnel_ceiling: Option<i32>,
    pub planned_strength: Option<Quantity>,
    /// The tasks in words.
    pub tasks: Vec<String>,
    pub sources: Vec<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pledge {
    pub name: String,
    pub partner: String,
    pub size: Option<Quantity>,
    pub offered_on: PartialDate,
    pub confirmed_on: Option<Date>,
    pub withdrawn_on: Option<Date>,
    pub sources: Vec<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contingent {
    pub name: String,
    pub display_name: String,
    pub partner: String,
    /// The state's word, such as `deploying`.
    pub state: String,
    pub headcount: i32,
    pub steps: Vec<Step>,
    pub sources: Vec<Source>,
}

/// A state that a contingent entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub state: String,
    pub at: OffsetDateTime,
    pub note: String,
}

impl Step {
    /// The contingent was stopped where it was.
    pub fn is_hold(&self) -> bool {
        self.state == "on_hold"
    }

    /// The contingent will not be sent.
    pub fn ends(&self) -> bool {
        matches!(self.state.as_str(), "withdrawn" | "cancelled")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    pub name: String,
    pub contingent: String,
    pub homeward: bool,
    pub origin: String,
    pub destination: String,
    /// The P-code of the destination, for one in the host country.
    pub destination_area: Option<String>,
    pub departed_at: Option<OffsetDateTime>,
    pub departed: i32,
    /// (when, how many) of each arrival.
    pub arrivals: Vec<(OffsetDateTime, i32)>,
    pub sources: Vec<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadcountEntry {
    pub name: String,
    pub contingent: String,
    pub from: Account,
    pub to: Account,
    pub headcount: i32,
    pub effective_at: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
    pub cause: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub name: String,
    pub display_name: String,
    pub area: String,
    /// Oldest first.
    pub history: Vec<SiteStatus>,
}

/// Who held a site from a moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteStatus {
    /// The word for it, such as `lost`.
    pub control: String,
    pub holder: String,
    pub at: OffsetDateTime,
    pub note: String,
    pub sources: Vec<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrengthClaim {
    pub name: String,
    pub measure: Measure,
    pub quantity: Quantity,
    pub as_of: Date,
    /// A partner, contingent or movement; empty for the whole mission.
    pub subject: String,
    pub note: String,
    pub sources: Vec<Source>,
}
