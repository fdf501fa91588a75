use muster_values::{Collected, Zone, words};
use serde::{Deserialize, Serialize};

words! {
    /// What is looked at before a contingent goes on.
    pub enum CheckType {
        Training = "training",
        Medical = "medical",
        Equipment = "equipment",
        LegalClearance = "legal_clearance",
        Vetting = "vetting",
        Briefing = "briefing",
    }
}

words! {
    /// The stages of a contingent on its way out and home.
    pub enum Stage {
        Pledged = "pledged",
        Confirmed = "confirmed",
        Training = "training",
        Trained = "trained",
        Vetted = "vetted",
        Briefed = "briefed",
        Ready = "ready",
        Deploying = "deploying",
        Deployed = "deployed",
        Rotating = "rotating",
        Repatriated = "repatriated",
    }
}

impl Stage {
    /// The stage before this one on the way out and home.
    pub fn before(self) -> Option<Self> {
        match self {
            Self::Pledged => None,
            Self::Confirmed => Some(Self::Pledged),
            Self::Training => Some(Self::Confirmed),
            Self::Trained => Some(Self::Training),
            Self::Vetted => Some(Self::Trained),
            Self::Briefed => Some(Self::Vetted),
            Self::Ready => Some(Self::Briefed),
            Self::Deploying => Some(Self::Ready),
            Self::Deployed => Some(Self::Deploying),
            Self::Rotating => Some(Self::Deployed),
            Self::Repatriated => Some(Self::Rotating),
        }
    }

    /// Whether this stage is the other one, or the way to it leads through the other one.
    pub fn is_at_or_after(self, earlier: Self) -> bool {
        std::iter::successors(Some(self), |stage| stage.before()).any(|stage| stage == earlier)
    }

    /// Whether readiness checks are looked at before a contingent enters this stage. Nobody who has
    /// left is looked at again.
    pub fn needs_checks(self) -> bool {
        self.is_before_departure() || self == Self::Deploying
    }

    /// Whether nobody has left yet.
    pub fn is_before_departure(self) -> bool {
        match self {
            Self::Pledged
            | Self::Confirmed
            | Self::Training
            | Self::Trained
            | Self::Vetted
            | Self::Briefed
            | Self::Ready => true,
            Self::Deploying | Self::Deployed | Self::Rotating | Self::Repatriated => false,
        }
    }
}

/// A multinational security support mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mission {
    pub display_name: String,
    /// ISO 3166-1 alpha-3.
    pub host_country: String,
    pub purpose: String,
    pub requirements: Vec<Requirement>,
    /// Of the place that it is sent to; its days are cut in it.
    pub zone: Zone,
}

impl Collected for Mission {
    const COLLECTION: &'static str = "missions";
}

/// From this stage on a contingent needs this check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub stage: Stage,
    pub check: CheckType,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_through_every_stage() {
        for (index, earlier) in Stage::ALL.iter().enumerate() {
            for (place, stage) in Stage::ALL.iter().enumerate() {
                assert_eq!(stage.is_at_or_after(*earlier), index <= place, "{earlier} to {stage}");
            }
        }
    }
}
