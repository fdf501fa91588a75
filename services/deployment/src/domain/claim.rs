use std::{fmt, str::FromStr};

use muster_strength::Measure;
use muster_values::{Collected, Id, Quantity, Source};
use time::Date;

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
    pub measure: Measure,
    pub quantity: Quantity,
    pub as_of: Date,
    pub subject: Subject,
    pub note: String,
    pub sources: Vec<Source>,
}

impl Collected for StrengthClaim {
    const COLLECTION: &'static str = "strengthClaims";
}

/// Another text than that of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a partner, a contingent or a movement")]
pub struct NoSubject;

/// Reads `partners/{id}`, `contingents/{id}` or `movements/{id}`; empty for the mission.
impl FromStr for Subject {
    type Err = NoSubject;

    fn from_str(path: &str) -> Result<Self, NoSubject> {
        match path.split_once('/') {
            None if path.is_empty() => Ok(Self::Mission),
            Some(("partners", id)) => Ok(Self::Partner(Id::trusted(id))),
            Some(("contingents", id)) => Ok(Self::Contingent(Id::trusted(id))),
            Some(("movements", id)) => Ok(Self::Movement(Id::trusted(id))),
            _ => Err(NoSubject),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mission => Ok(()),
            Self::Partner(id) => write!(f, "partners/{id}"),
            Self::Contingent(id) => write!(f, "contingents/{id}"),
            Self::Movement(id) => write!(f, "movements/{id}"),
        }
    }
}
