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
    /// The steps of a contingent on its way out and home, in order.
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

impl Mission {
    /// The checks that a contingent needs to enter a stage.
    pub fn required_for(&self, stage: Stage) -> Vec<CheckType> {
        let mut checks: Vec<_> = (self.requirements.iter())
            .filter(|requirement| requirement.stage <= stage)
            .map(|requirement| requirement.check)
            .collect();
        checks.sort_unstable();
        checks.dedup();
        checks
    }
}
