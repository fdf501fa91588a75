use muster_strength::{self as strength, Term};
use muster_values::{Collected, Id, Quantity, Source, Stored, words};
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::moment;

words! {
    /// The kind of a task.
    pub enum TaskType {
        OperationalSupport = "operational_support",
        InfrastructureSecurity = "infrastructure_security",
        HumanitarianAccess = "humanitarian_access",
        CapacityBuilding = "capacity_building",
        UrgentMeasures = "urgent_measures",
        CivilianProtection = "civilian_protection",
        Other = "other",
    }
}

/// One thing that a mandate asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub kind: TaskType,
    pub description: String,
    pub clause: String,
}

/// What authorises a mission: by whom, from when until when, for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    pub authority: String,
    pub instrument: String,
    pub adopted_on: Date,
    /// Inclusive.
    pub starts_at: OffsetDateTime,
    /// Exclusive.
    pub ends_at: OffsetDateTime,
    /// `None` where the instrument sets none.
    pub personnel_ceiling: Option<i32>,
    pub planned_strength: Option<Quantity>,
    /// P-codes, each with all below it; empty for the whole host country.
    pub areas: Vec<String>,
    pub tasks: Vec<Task>,
    pub predecessor: Option<Id>,
    pub sources: Vec<Source>,
}

impl Collected for Mandate {
    const COLLECTION: &'static str = "mandates";
}

/// A condition of a mandate that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// `MANDATE_IN_FORCE` or `AREA_IN_MANDATE`.
    pub condition: &'static str,
    pub subject: String,
    pub what: String,
}

/// No mandate allows this; at least one condition is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    pub unmet: Vec<Unmet>,
}

impl Mandate {
    /// `lineage` is a place's code followed by the codes of the areas it lies in.
    pub fn covers(&self, lineage: &[String]) -> bool {
        self.areas.is_empty() || self.areas.iter().any(|area| lineage.contains(area))
    }
}

/// The mandate in force, whatever place it is for.
pub fn in_force(mandates: &[Stored<Mandate>], at: OffsetDateTime) -> Option<&Stored<Mandate>> {
    strength::in_force(mandates, at, term)
}

fn term(mandate: &Stored<Mandate>) -> Term<'_> {
    let Mandate { starts_at, ends_at, adopted_on, .. } = mandate.content;
    Term { starts_at, ends_at, adopted_on, name: mandate.id.as_str() }
}

/// What is unmet where no mandate is in force.
pub fn none_in_force(at: OffsetDateTime) -> Outside {
    let subject = moment(at);
    let what = format!("no mandate is in force at {subject}");
    Outside { unmet: vec![Unmet { condition: "MANDATE_IN_FORCE", subject, what }] }
}

/// Finds a mandate in force that allows people at a place, or names all that is unmet.
pub fn guard(
    mandates: &[Stored<Mandate>],
    at: OffsetDateTime,
    lineage: &[String],
) -> Result<(), Outside> {
    let place = lineage.first().cloned().unwrap_or_default();
    let mut unmet = Vec::new();
    for mandate in mandates.iter().filter(|mandate| term(mandate).holds(at)) {
        if mandate.covers(lineage) {
            return Ok(());
        }
        let what = format!("{} does not cover {place}", mandate.instrument);
        unmet.push(Unmet { condition: "AREA_IN_MANDATE", subject: place.clone(), what });
    }
    if unmet.is_empty() { Err(none_in_force(at)) } else { Err(Outside { unmet }) }
}

#[cfg(test)]
mod tests {
    use muster_values::{MissionId, Place};
    use time::macros::{date, datetime};

    use super::*;

    fn mandate(id: &str, starts_at: OffsetDateTime, ends_at: OffsetDateTime) -> Stored<Mandate> {
        let mandate = Mandate {
            authority: "UNSC".into(),
            instrument: id.into(),
            adopted_on: date!(2023 - 10 - 02),
            starts_at,
            ends_at,
            personnel_ceiling: None,
            planned_strength: None,
            areas: vec!["HT01".into()],
            tasks: Vec::new(),
            predecessor: None,
            sources: Vec::new(),
        };
        let place = Place::new(MissionId::trusted("haiti"), Id::trusted(id));
        Stored::new(place, mandate, starts_at)
    }

    const END: OffsetDateTime = datetime!(2024-10-02 0:00 UTC);

    #[test]
    fn a_renewal_takes_over_to_the_second() {
        let first = mandate("first", datetime!(2023-10-02 0:00 UTC), END);
        let second = mandate("second", END, datetime!(2025-10-02 0:00 UTC));
        let mandates = [first, second];
        let name = |at| in_force(&mandates, at).map(|mandate| mandate.instrument.as_str());
        assert_eq!(name(END - time::Duration::SECOND), Some("first"));
        assert_eq!(name(END), Some("second"));
        assert_eq!(name(datetime!(2025-10-02 0:00 UTC)), None);
    }

    fn lineage(codes: &[&str]) -> Vec<String> {
        codes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_place_outside_the_mandate_is_named() {
        let mandates = [mandate("first", datetime!(2023-10-02 0:00 UTC), END)];
        let at = datetime!(2024-06-25 0:00 UTC);
        assert!(guard(&mandates, at, &lineage(&["HT0111", "HT01", "HT"])).is_ok());
        let unmet = guard(&mandates, at, &lineage(&["HT0811", "HT08", "HT"])).unwrap_err().unmet;
        assert_eq!((unmet[0].condition, unmet[0].subject.as_str()), ("AREA_IN_MANDATE", "HT0811"));
        let unmet = guard(&mandates, END, &lineage(&["HT0111", "HT01"])).unwrap_err().unmet;
        assert_eq!(unmet[0].condition, "MANDATE_IN_FORCE");
        assert_eq!(unmet[0].subject, "2024-10-02T00:00:00Z");
    }

    #[test]
    fn any_mandate_in_force_may_allow_a_place() {
        let began = datetime!(2023-10-02 0:00 UTC);
        let mut wide = mandate("wide", began, END);
        wide.areas = vec!["HT08".into()];
        let last = mandate("last", began + time::Duration::DAY, END);
        let over = mandate("over", began, began + time::Duration::DAY);
        let mandates = [wide, last, over];
        let at = datetime!(2024-06-25 0:00 UTC);
        assert_eq!(guard(&mandates, at, &lineage(&["HT0811", "HT08"])), Ok(()));
        let unmet = guard(&mandates, at, &lineage(&["HT05"])).unwrap_err().unmet;
        let said: Vec<&str> = unmet.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(said, ["wide does not cover HT05", "last does not cover HT05"]);
    }
}
