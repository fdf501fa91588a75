use muster_values::{Collected, Period, Quantity, Source, words};
use serde::{Deserialize, Serialize};
use time::Date;

use super::{
    StateForbids,
    incident::{AgeBand, DatePrecision, Sex},
    parts::{self, Part, Wrong},
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

    /// Whether both count the same, over whatever time.
    pub fn has_metric_of(self, other: Self) -> bool {
        match (self, other) {
            (Self::Flow { metric, .. }, Self::Flow { metric: other, .. }) => metric == other,
            (Self::Stock { metric, .. }, Self::Stock { metric: other, .. }) => metric == other,
            _ => false,
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

/// A number that a source published about people. A figure that a source took back is kept, and
/// counts nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub kind: Kind,
    pub precision: DatePrecision,
    pub quantity: Quantity,
    pub area: String,
    pub place_name: String,
    pub breakdown: Vec<Breakdown>,
    pub source: Source,
    pub role: FigureRole,
    pub note: String,
    pub retracted: bool,
}

impl Collected for Figure {
    const COLLECTION: &'static str = "figures";
}

impl Figure {
    /// Refuses parts that are more than the whole.
    pub fn check_parts(&self) -> Result<(), Wrong> {
        let parts: Vec<Part> = self.breakdown.iter().map(Breakdown::part).collect();
        parts::check(Some(&self.quantity), &parts)
    }

    /// Refuses what needs a figure that was not retracted.
    pub fn require_standing(&self) -> Result<(), StateForbids> {
        if !self.retracted {
            return Ok(());
        }
        let what = "the figure".to_owned();
        Err(StateForbids { what, state: "retracted", allowed: "STANDING" })
    }
}

impl Breakdown {
    fn part(&self) -> Part<'_> {
        Part { sex: self.sex, age_band: self.age_band, quantity: &self.quantity }
    }
}
