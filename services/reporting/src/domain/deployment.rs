//! What the deployment service's feed has told, as far as this service needs it.

use std::collections::HashMap;

use muster_strength::{Account, Measure};
use muster_values::{MissionId, PartialDate, Quantity, Source, Zone};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// A change of the deployment service's feed.
#[derive(Debug)]
pub struct ReceivedChange {
    pub mission: MissionId,
    pub epoch: Uuid,
    pub position: i64,
    pub resources: Vec<ReceivedRevision>,
}

/// A mission as the deployment service tells it at one position: every revision up to there.
#[derive(Debug)]
pub struct Snapshot {
    pub mission: MissionId,
    pub epoch: Uuid,
    pub position: i64,
    pub resources: Vec<ReceivedRevision>,
}

/// One revision of one resource that was told of.
#[derive(Debug)]
pub struct ReceivedRevision {
    pub name: String,
    pub revision: i64,
    pub known_at: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
    /// What it is from then on, `None` for no longer there, or why that cannot be read.
    pub content: Result<Option<Resource>, String>,
    /// The `muster.common.v1.ResourceChange`, as it is kept.
    pub message: Vec<u8>,
}

/// One resource of the deployment service.
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
    Step(Step),
    Arrival(Arrival),
    HeadcountEntry(HeadcountEntry),
    Site(Site),
    SiteStatus(SiteStatus),
    StrengthClaim(StrengthClaim),
}

impl Resource {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Mission(Mission { name, .. })
            | Self::Area(Area { name, .. })
            | Self::Partner(Partner { name, .. })
            | Self::Mandate(Mandate { name, .. })
            | Self::Pledge(Pledge { name, .. })
            | Self::Contingent(Contingent { name, .. })
            | Self::Movement(Movement { name, .. })
            | Self::Step(Step { name, .. })
            | Self::Arrival(Arrival { name, .. })
            | Self::HeadcountEntry(HeadcountEntry { name, .. })
            | Self::Site(Site { name, .. })
            | Self::SiteStatus(SiteStatus { name, .. })
            | Self::StrengthClaim(StrengthClaim { name, .. }) => name,
        }
    }
}

/// Puts steps, arrivals and statuses into what they belong to.
pub fn assembled(resources: Vec<Resource>) -> Vec<Resource> {
    let mut steps: HashMap<String, Vec<Step>> = HashMap::new();
    let mut arrivals: HashMap<String, Vec<Arrival>> = HashMap::new();
    let mut statuses: HashMap<String, Vec<SiteStatus>> = HashMap::new();
    let mut whole = Vec::with_capacity(resources.len());
    for resource in resources {
        match resource {
            Resource::Step(step) => steps.entry(step.contingent.clone()).or_default().push(step),
            Resource::Arrival(arrival) => {
                arrivals.entry(arrival.movement.clone()).or_default().push(arrival);
            }
            Resource::SiteStatus(status) => {
                statuses.entry(status.site.clone()).or_default().push(status);
            }
            other => whole.push(other),
        }
    }
    for resource in &mut whole {
        match resource {
            Resource::Contingent(contingent) => {
                contingent.steps = steps.remove(&contingent.name).unwrap_or_default();
                contingent.steps.sort_by(|one, other| one.name.cmp(&other.name));
            }
            Resource::Movement(movement) => {
                movement.arrivals = arrivals.remove(&movement.name).unwrap_or_default();
                movement.arrivals.sort_by_key(|arrival| (arrival.at, arrival.name.clone()));
            }
            Resource::Site(site) => {
                site.history = statuses.remove(&site.name).unwrap_or_default();
                site.history.sort_by_key(|status| (status.at, status.name.clone()));
            }
            _ => {}
        }
    }
    whole
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mission {
    pub name: String,
    pub display_name: String,
    pub host_country: String,
    /// Of the place that it is sent to; its days are cut in it.
    pub zone: Zone,
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
    pub name: String,
    pub contingent: String,
    /// It was on hold before.
    pub ends_hold: bool,
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
    /// By when they were.
    pub arrivals: Vec<Arrival>,
    pub sources: Vec<Source>,
}

/// One part of a movement that reached its destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    pub name: String,
    pub movement: String,
    pub at: OffsetDateTime,
    pub headcount: i32,
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
    pub name: String,
    pub site: String,
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
