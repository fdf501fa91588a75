//! What is known of an area and a period, each number with its bounds, its rule and its records.

mod areas;
mod canonical;
mod claims;
mod conflicts;
mod control;
mod coverage;
mod english;
mod numbers;
mod presence;
mod request;
mod tally;
mod roster;
pub mod phrases;

#[cfg(test)]
pub(super) mod haiti;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod properties;

use muster_strength::Line;
use muster_values::{MissionId, Period, Quantity, Stored, Zone, quantity::Overflow, words};
use time::{Date, OffsetDateTime};

pub use self::areas::Areas;
pub use self::numbers::{number, precedence};
pub use self::request::{Behind, RecordPart, RecordsRequest, SituationRequest};
pub use self::roster::Roster;
pub use self::tally::{Count, Counted, Doubt, Occurrence, Part, Possible, SHOWN, Tally};
use super::{
    assessment::Assessment,
    deployment,
    figure::{Figure, FlowMetric, StockMetric},
    incident::{Harm, IncidentType},
};

/// What was known by `as_of`, but for incidents, which are counted as they are read.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// The latest known revision of each figure, retracted ones included.
    pub figures: Vec<Stored<Figure>>,
    pub assessments: Vec<Stored<Assessment>>,
    pub deployment: Vec<deployment::Resource>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub mission: MissionId,
    pub area: String,
    /// Of the flows and the incidents.
    pub period: Period,
    /// Of presence, control and stocks.
    pub valid_at: OffsetDateTime,
    pub as_of: OffsetDateTime,
    /// Of the mission's place.
    pub zone: Zone,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Situation {
    pub question: Question,
    /// The area in words.
    pub area_name: String,
    pub numbers: Vec<Number>,
    pub incident_counts: Vec<Count<IncidentType>>,
    pub casualties: Vec<Count<Harm>>,
    pub control: Vec<Stored<Assessment>>,
    pub presence: Presence,
    pub conflicts: Vec<Conflict>,
    /// SHA-256 over all of it but the times and the feed position: two answers with the same
    /// digest rest on the same records, whenever they were given.
    pub digest: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    Flow(FlowMetric),
    Stock(StockMetric),
}

words! {
    /// How a number is made from records.
    pub enum Rule {
        OneFigure = "one_figure",
        SumOfParts = "sum_of_parts",
        LatestStock = "latest_stock",
        KilledPlusInjured = "killed_plus_injured",
        None = "none",
        Disputed = "disputed",
    }
}

words! {
    /// Why a record was left out.
    pub enum Exclusion {
        OtherSource = "other_source",
        OverlappingPeriod = "overlapping_period",
        OverlappingArea = "overlapping_area",
        Retracted = "retracted",
        PartOfCombined = "part_of_combined",
        Superseded = "superseded",
        Rejected = "rejected",
    }
}

/// One number with its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub metric: Metric,
    pub quantity: Quantity,
    pub rule: Rule,
    /// By name.
    pub included: Vec<RecordUse>,
    /// By name.
    pub excluded: Vec<Excluded>,
    /// What limits it, in sentences.
    pub caveats: Vec<String>,
    /// The area that it speaks of.
    pub area: String,
    /// The day of a stock.
    pub as_of: Option<Date>,
    pub digest: String,
}

/// A record behind a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordUse {
    pub record: String,
    /// 0 for a resource of the deployment service, which tells its revision in its own feed.
    pub revision: i64,
    pub quantity: Quantity,
    pub publisher: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    pub record: RecordUse,
    pub reason: Exclusion,
    /// The record that is counted in its place.
    pub in_favour_of: Option<String>,
    /// Why it was rejected.
    pub note: String,
}

/// The mission as its feed tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The mandate in force: its name, authority and instrument. Empty: none.
    pub mandate: String,
    pub authority: String,
    pub instrument: String,
    /// The names of the partners that lead.
    pub lead_partners: Vec<String>,
    /// A measure of which nothing is recorded has none.
    pub lines: Vec<Line>,
    pub feed_position: i64,
    /// A change could not be applied; what it touches is stale.
    pub stale: bool,
    /// Nothing was known that strength is made from.
    pub nothing_known: bool,
}

/// Records that cannot all be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub summary: String,
    pub records: Vec<RecordUse>,
}

/// Answers a question from the records and the incidents counted; equal records in any order give
/// an equal answer.
pub fn situation(
    question: &Question,
    records: &Records,
    incidents: &Tally,
    feed_position: i64,
    stale: bool,
) -> Result<Situation, Overflow> {
    let roster = Roster::new(&records.deployment);
    let strength = roster.strength(&question.zone);
    let areas = Areas::new(&records.deployment);
    let numbers = numbers::numbers(question, &records.figures, &areas)?;
    let conflicts = [
        conflicts::of_figures(question, &records.figures, &areas),
        conflicts::of_sums(question, &numbers, &areas)?.into_iter().collect(),
        conflicts::of_assessments(question, &records.assessments, &areas),
        claims::conflicts(question, &roster, &strength)?,
    ];
    let mut situation = Situation {
        question: question.clone(),
        area_name: areas.display_name(&question.area).to_owned(),
        incident_counts: incidents.incidents(),
        casualties: incidents.people(),
        control: control::latest(question, &records.assessments, &areas),
        presence: presence::presence(question, &roster, &strength, feed_position, stale)?,
        conflicts: conflicts.into_iter().flatten().collect(),
        numbers,
        digest: String::new(),
    };
    situation.digest = canonical::of_situation(&situation);
    Ok(situation)
}

impl RecordUse {
    pub fn of(figure: &Stored<Figure>) -> Self {
        Self {
            record: figure.name(),
            revision: figure.revision,
            quantity: figure.quantity.clone(),
            publisher: figure.source.publisher.clone(),
        }
    }

    pub fn of_assessment(assessment: &Stored<Assessment>) -> Self {
        Self {
            record: assessment.name(),
            revision: assessment.revision,
            quantity: assessment.share.clone(),
            publisher: assessment.source.publisher.clone(),
        }
    }
}

impl Number {
    /// What each record is to it, by name.
    pub fn into_parts(self) -> impl Iterator<Item = Part> {
        let included = self.included.into_iter().map(Part::Included);
        included.chain(self.excluded.into_iter().map(Part::Excluded))
    }
}

impl Question {
    /// The day asked for, at the mission's place.
    pub fn today(&self) -> Date {
        self.zone.day(self.valid_at)
    }
}

impl Situation {
    pub fn number(&self, metric: Metric) -> Option<&Number> {
        self.numbers.iter().find(|number| number.metric == metric)
    }
}
