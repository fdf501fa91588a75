use muster_values::{Id, MissionId, Quantity, Source, words};
use time::{Date, OffsetDateTime};

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

/// What a claim speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Mission,
    Partner(Id),
    Contingent(Id),
    Movement(Id),
}

/// What someone else says of how many people there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrengthClaim {
    pub mission: MissionId,
    pub id: Id,
    pub measure: Measure,
    pub quantity: Quantity,
    pub as_of: Date,
    pub subject: Subject,
    pub note: String,
    pub sources: Vec<Source>,
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

impl Subject {
    /// Reads `partners/{id}`, `contingents/{id}` or `movements/{id}`; empty for the mission.
    pub fn read(path: &str) -> Option<Self> {
        match path.split_once('/') {
            None if path.is_empty() => Some(Self::Mission),
            Some(("partners", id)) => Some(Self::Partner(Id::known(id))),
            Some(("contingents", id)) => Some(Self::Contingent(Id::known(id))),
            Some(("movements", id)) => Some(Self::Movement(Id::known(id))),
            _ => None,
        }
    }

    /// What `read` reads.
    pub fn path(&self) -> String {
        match self {
            Self::Mission => String::new(),
            Self::Partner(id) => format!("partners/{id}"),
            Self::Contingent(id) => format!("contingents/{id}"),
            Self::Movement(id) => format!("movements/{id}"),
        }
    }
}
