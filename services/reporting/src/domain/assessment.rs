use muster_values::{Collected, PartialDate, Quantity, Source, words};

use super::incident::DatePrecision;

words! {
    /// What kind of actor controls an area.
    pub enum ControllerKind {
        ArmedGroup = "armed_group",
        State = "state",
        SelfDefenceGroup = "self_defence_group",
    }
}

words! {
    /// How sure the assessor is, where that was said.
    pub enum Confidence {
        Low = "low",
        Moderate = "moderate",
        High = "high",
    }
}

/// What a source says of who controls how much of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    pub area: String,
    pub place_name: String,
    pub controller: String,
    pub controller_kind: ControllerKind,
    /// In percent, 0 to 100.
    pub share: Quantity,
    pub assessed_on: PartialDate,
    pub precision: DatePrecision,
    pub confidence: Option<Confidence>,
    pub source: Source,
    pub note: String,
}

impl Collected for Assessment {
    const COLLECTION: &'static str = "areaControlAssessments";
}
