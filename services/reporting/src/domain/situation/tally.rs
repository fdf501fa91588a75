//! Incidents of an area and a period, counted by type and by harm, one by one as they are read: what
//! is kept of them does not grow with their number.

use std::collections::BTreeMap;

use muster_values::{Id, MissionId, Quantity, Stored, quantity::Overflow, words};
use time::Date;

use super::{
    super::incident::{
        Casualties, Finding, Harm, Incident, IncidentType, Outcome, Verification, suffered,
    },
    Areas, Excluded, Exclusion, Question, RecordUse,
    canonical::Mark,
    phrases,
};

/// How many records are named with a number; the rest is asked for page by page.
pub const SHOWN: usize = 100;

words! {
    /// Why a record may lie outside of what is asked for.
    pub enum Doubt {
        /// Some of the days that it can be lie outside the period.
        Period = "period",
        /// It is known only to a larger area.
        Area = "area",
    }
}

/// What is counted of an incident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    pub mission: MissionId,
    pub id: Id,
    pub revision: i64,
    pub kind: IncidentType,
    pub area: String,
    /// The first and the last day that it can have happened on.
    pub first_day: Date,
    pub last_day: Date,
    pub casualties: Vec<Casualties>,
    pub publishers: String,
    pub verification: Verification,
}

/// What incidents are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Incidents(IncidentType),
    People(Harm),
}

/// What an incident is to a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Included(RecordUse),
    /// It counts for the upper bound only.
    Possible(Possible),
    Excluded(Excluded),
}

/// A record that may lie outside of what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possible {
    pub record: RecordUse,
    pub doubts: Vec<Doubt>,
}

impl Part {
    /// The record's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Included(used) => &used.record,
            Self::Possible(possible) => &possible.record.record,
            Self::Excluded(excluded) => &excluded.record.record,
        }
    }
}

/// How many records there are, and the first of them by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    pub count: i64,
    pub first: Vec<T>,
}

/// A number of incidents or of people harmed in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count<K> {
    pub of: K,
    pub quantity: Quantity,
    /// The same of verified incidents alone.
    pub verified_quantity: Quantity,
    pub verified: i64,
    pub included: Listed<RecordUse>,
    pub possible: Listed<Possible>,
    pub excluded: Listed<Excluded>,
    pub digest: String,
}

/// Everything that was counted so far; incidents are added in the order of their names.
#[derive(Debug, Default)]
pub struct Tally {
    kinds: BTreeMap<IncidentType, Group>,
    harms: BTreeMap<Harm, Group>,
}

#[derive(Debug, Default)]
struct Group {
    sum: Sum,
    verified_sum: Sum,
    verified: i64,
    included: Listed<RecordUse>,
    possible: Listed<Possible>,
    excluded: Listed<Excluded>,
    mark: Mark,
}

/// Bounds of a sum.
#[derive(Clone, Copy, Debug)]
struct Sum {
    least: i64,
    most: Option<i64>,
}

impl Occurrence {
    /// How many it counts for, where it counts at all.
    fn quantity(&self, counted: Counted) -> Option<Quantity> {
        match counted {
            Counted::Incidents(kind) => (kind == self.kind).then(|| Quantity::exactly(1)),
            Counted::People(harm) => suffered(&self.casualties, harm),
        }
    }

    /// Why it may lie outside; `None` where it certainly does.
    fn doubts(&self, question: &Question, areas: &Areas) -> Option<Vec<Doubt>> {
        let mut doubts = Vec::new();
        let period = question.period;
        if self.last_day < period.start() || period.end() <= self.first_day {
            return None;
        }
        if !period.holds(self.first_day) || !period.holds(self.last_day) {
            doubts.push(Doubt::Period);
        }
        if !areas.contains(&question.area, &self.area) {
            if !areas.contains(&self.area, &question.area) {
                return None;
            }
            doubts.push(Doubt::Area);
        }
        Some(doubts)
    }

    /// What it is to a number; `None` where the number is not about it.
    pub fn part(&self, question: &Question, areas: &Areas, counted: Counted) -> Option<Part> {
        let quantity = self.quantity(counted)?;
        let doubts = self.doubts(question, areas)?;
        let of = |quantity| RecordUse {
            record: self.mission.child("incidents", &self.id),
            revision: self.revision,
            quantity,
            publisher: self.publishers.clone(),
        };
        Some(match self.verification.finding() {
            Some(Finding { outcome: Outcome::Rejected, note, .. }) => Part::Excluded(Excluded {
                record: of(quantity),
                reason: Exclusion::Rejected,
                in_favour_of: None,
                note: note.clone(),
            }),
            _ if doubts.is_empty() => Part::Included(of(quantity)),
            _ => {
                let quantity = Quantity::within(Some(0), quantity.at_most());
                Part::Possible(Possible { record: of(quantity), doubts })
            }
        })
    }
}

impl From<&Stored<Incident>> for Occurrence {
    fn from(incident: &Stored<Incident>) -> Self {
        let (first_day, last_day) = incident.span();
        Self {
            mission: incident.mission.clone(),
            id: incident.id.clone(),
            revision: incident.revision,
            kind: incident.kind,
            area: incident.area.clone(),
            first_day,
            last_day,
            casualties: incident.casualties.clone(),
            publishers: phrases::publishers(&incident.sources),
            verification: incident.verification.clone(),
        }
    }
}

impl Tally {
    /// Counts one more incident.
    pub fn add(
        &mut self,
        question: &Question,
        areas: &Areas,
        occurrence: &Occurrence,
    ) -> Result<(), Overflow> {
        let verified = match &occurrence.verification {
            Verification::Found(finding) => finding.outcome == Outcome::Verified,
            Verification::Unverified => false,
        };
        let of = |counted| occurrence.part(question, areas, counted);
        if let Some(part) = of(Counted::Incidents(occurrence.kind)) {
            self.kinds.entry(occurrence.kind).or_default().add(part, verified)?;
        }
        for harm in Harm::ALL {
            if let Some(part) = of(Counted::People(*harm)) {
                self.harms.entry(*harm).or_default().add(part, verified)?;
            }
        }
        Ok(())
    }

    pub fn incidents(&self) -> Vec<Count<IncidentType>> {
        self.kinds.iter().map(|(kind, group)| group.count(*kind)).collect()
    }

    pub fn people(&self) -> Vec<Count<Harm>> {
        self.harms.iter().map(|(harm, group)| group.count(*harm)).collect()
    }
}

impl Group {
    fn add(&mut self, part: Part, verified: bool) -> Result<(), Overflow> {
        match part {
            Part::Included(used) => {
                self.mark.record("included", &used);
                self.sum.add(&used.quantity)?;
                if verified {
                    self.verified += 1;
                    self.verified_sum.add(&used.quantity)?;
                }
                self.included.push(used);
            }
            Part::Possible(possible) => {
                self.mark.record("possible", &possible.record);
                self.sum.add(&possible.record.quantity)?;
                if verified {
                    self.verified_sum.add(&possible.record.quantity)?;
                }
                self.possible.push(possible);
            }
            Part::Excluded(excluded) => {
                self.mark.record("excluded", &excluded.record);
                self.excluded.push(excluded);
            }
        }
        Ok(())
    }

    fn count<K: std::fmt::Debug>(&self, of: K) -> Count<K> {
        Count {
            quantity: self.sum.quantity(),
            verified_quantity: self.verified_sum.quantity(),
            verified: self.verified,
            included: self.included.clone(),
            possible: self.possible.clone(),
            excluded: self.excluded.clone(),
            digest: self.mark.digest(&of, &self.sum.quantity()),
            of,
        }
    }
}

impl Default for Sum {
    fn default() -> Self {
        Self { least: 0, most: Some(0) }
    }
}

impl Sum {
    fn add(&mut self, quantity: &Quantity) -> Result<(), Overflow> {
        let plus = |sum: i64, more: i64| sum.checked_add(more).ok_or(Overflow);
        self.least = plus(self.least, quantity.at_least().unwrap_or(0))?;
        self.most = match self.most.zip(quantity.at_most()) {
            Some((sum, more)) => Some(plus(sum, more)?),
            None => None,
        };
        Ok(())
    }

    fn quantity(self) -> Quantity {
        Quantity::within(Some(self.least), self.most)
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { count: 0, first: Vec::new() }
    }
}

impl<T> Listed<T> {
    fn push(&mut self, item: T) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(item);
        }
    }
}
