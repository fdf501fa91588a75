//! Claims of strength that contradict each other or the records.

use std::{cmp::Reverse, collections::BTreeMap};

use muster_values::quantity::Overflow;
use time::{Date, OffsetDateTime, Time};

use super::{
    super::deployment::{Measure, Movement, StrengthClaim},
    Conflict, Question, RecordUse, Roster,
    conflicts::disagreeing,
    phrases,
    recorded::{Recorded, Subject, recorded},
};

/// Claims of one measure, subject and day that cannot all be true, with each other or with what
/// the records say of the end of that day.
pub fn conflicts(question: &Question, roster: &Roster) -> Result<Vec<Conflict>, Overflow> {
    // The newest first, and of one day those who came before those who were to come.
    type Cell<'r> = (Reverse<Date>, Reverse<Measure>, &'r str);
    let mut cells: BTreeMap<Cell, Vec<&StrengthClaim>> = BTreeMap::new();
    let by_then = |claim: &&&StrengthClaim| claim.as_of <= question.valid_at.date();
    for claim in roster.claims.iter().filter(by_then) {
        let cell = (Reverse(claim.as_of), Reverse(claim.measure), claim.subject.as_str());
        cells.entry(cell).or_default().push(claim);
    }
    let mut conflicts = Vec::new();
    for ((Reverse(day), Reverse(measure), subject), claims) in cells {
        let of = Subject::named(subject, roster);
        let known = match of {
            Some(of) => recorded(roster, measure, of, end_of(day))?,
            None => None,
        };
        let what = format!("{} by {}", lead(roster, measure, subject, of), phrases::day(day));
        let uses = claims.into_iter().map(of_claim).collect();
        conflicts.extend(conflict(&what, measure, uses, known));
    }
    Ok(conflicts)
}

fn conflict(
    what: &str,
    measure: Measure,
    uses: Vec<RecordUse>,
    known: Option<Recorded>,
) -> Option<Conflict> {
    let against = |used: &&RecordUse| {
        known.as_ref().is_some_and(|known| !known.quantity.agrees_with(&used.quantity))
    };
    let refuted: Vec<RecordUse> = uses.iter().filter(against).cloned().collect();
    let rivals = disagreeing(uses);
    let mut records = rivals.clone();
    records.extend(refuted.iter().filter(|used| !rivals.contains(used)).cloned());
    let known = known.filter(|_| !refuted.is_empty());
    if records.is_empty() {
        return None;
    }
    let sides = phrases::sides(&records);
    let summary = match &known {
        Some(known) if rivals.is_empty() => {
            let (keeper, number) = (keeper(measure), phrases::number(&known.quantity));
            let claims = phrases::cannot_be_true(records.len() + 1);
            format!("{what}: {sides} and {number} ({keeper}) {claims}")
        }
        Some(known) => {
            let (keeper, number) = (keeper(measure), phrases::number(&known.quantity));
            let claims = phrases::cannot_be_true(records.len());
            format!("{what}: {sides} {claims}; {keeper} has {number}")
        }
        None => format!("{what}: {sides} {}", phrases::cannot_be_true(records.len())),
    };
    records.extend(known.into_iter().flat_map(|known| known.parts));
    Some(Conflict { summary, records })
}

/// Which records say how many there are.
fn keeper(measure: Measure) -> &'static str {
    match measure {
        Measure::Authorised | Measure::Planned => "the mandate",
        Measure::Pledged | Measure::Confirmed => "the list of pledges",
        _ => "the ledger",
    }
}

/// `How many arrived with the first movement of First Kenyan police contingent`
fn lead(roster: &Roster, measure: Measure, subject: &str, of: Option<Subject>) -> String {
    let verb = match measure {
        Measure::Authorised => "were authorised",
        Measure::Planned => "were planned",
        Measure::Pledged => "were pledged",
        Measure::Confirmed => "were formally notified",
        Measure::Ready => "were ready to leave",
        Measure::InTransit => "were on the way",
        Measure::Arrived => "arrived",
        Measure::Present => "were present",
        Measure::Effective => "were present and fit for duty",
        Measure::Listed => "were listed",
        Measure::Operational => "were in operational posts",
        Measure::Available => "were available for duty",
    };
    match of {
        Some(Subject::Mission) => format!("How many {verb}"),
        Some(Subject::Partner(name)) => match roster.partner(name) {
            Some(partner) if partner.is_host_force => {
                format!("How many of {} {verb}", phrases::named(&partner.display_name))
            }
            Some(partner) => format!("How many from {} {verb}", partner.display_name),
            None => format!("How many from {name} {verb}"),
        },
        Some(Subject::Contingent(name)) => {
            format!("How many of {} {verb}", contingent_name(roster, name))
        }
        Some(Subject::Movement(movement)) => {
            format!("How many {verb} with {}", movement_name(roster, movement))
        }
        None => format!("How many of {} {verb}", phrases::short(subject)),
    }
}

fn contingent_name(roster: &Roster, name: &str) -> String {
    let contingent = roster.contingent(name);
    phrases::named(contingent.map_or(name, |contingent| &contingent.display_name))
}

fn movement_name(roster: &Roster, movement: &Movement) -> String {
    let contingent = contingent_name(roster, &movement.contingent);
    match roster.ordinal(movement) {
        Some(place) => format!("the {} movement of {contingent}", phrases::ordinal(place)),
        None => format!("{} of {contingent}", phrases::short(&movement.name)),
    }
}

fn of_claim(claim: &StrengthClaim) -> RecordUse {
    RecordUse {
        record: claim.name.clone(),
        revision: 0,
        quantity: claim.quantity.clone(),
        publisher: phrases::publishers(&claim.sources),
    }
}

fn end_of(day: Date) -> OffsetDateTime {
    let last = Time::from_hms_nano(23, 59, 59, 999_999_999).unwrap_or(Time::MIDNIGHT);
    day.with_time(last).assume_utc()
}
