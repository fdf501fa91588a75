use muster_values::{Id, MissionId, Period, Quantity, Source, words};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::{
    incident::{AgeBand, DatePrecision, Sex},
    parts::Part,
};

words! {
    /// What is counted over a period.
    pub enum FlowMetric {
        Killed = "killed",
        Injured = "injured",
        KilledOrInjured = "killed_or_injured",
        Kidnapped = "kidnapped",
        GenderBasedViolenceIncidents = "gender_based_violence_incidents",
        Displaced = "displaced",
        EscapedDetainees = "escaped_detainees",
    }
}

words! {
    /// What is counted on a day.
    pub enum StockMetric {
        Displaced = "displaced",
        DisplacedInSites = "displaced_in_sites",
    }
}

words! {
    /// What a figure is used for where several sources count the same.
    pub enum FigureRole {
        Recommended = "recommended",
        Triangulation = "triangulation",
    }
}

/// What a figure counts. Stocks and flows are never added to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Flow { metric: FlowMetric, period: Period },
    Stock { metric: StockMetric, as_of: Date },
}

impl Kind {
    /// Whether it may say something of a period: a flow that overlaps it, and any stock.
    pub fn touches(self, asked: Period) -> bool {
        match self {
            Self::Flow { period, .. } => period.overlaps(asked),
            Self::Stock { .. } => true,
        }
    }
}

/// One part of a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    pub sex: Option<Sex>,
    pub age_band: Option<AgeBand>,
    pub quantity: Quantity,
}

/// A number that a source published about people. A figure is never overwritten: each value
/// of this type is one revision of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub mission: MissionId,
    pub id: Id,
    pub kind: Kind,
    pub precision: DatePrecision,
    pub quantity: Quantity,
    pub area: String,
    pub place_name: String,
    pub breakdown: Vec<Breakdown>,
    pub source: Source,
    pub role: FigureRole,
    pub note: String,
    /// 1 for the first record, one more with each revision.
    pub revision: i64,
    pub revision_reason: String,
    pub retracted: bool,
    /// When this revision was recorded.
    pub recorded_at: OffsetDateTime,
    /// When the first revision was recorded.
    pub created_at: OffsetDateTime,
}

impl Breakdown {
    pub fn part(&self) -> Part<'_> {
        Part { sex: self.sex, age_band: self.age_band, quantity: &self.quantity }
    }
}

impl Figure {
    pub fn name(&self) -> String {
        self.mission.child("figures", &self.id)
    }
}
