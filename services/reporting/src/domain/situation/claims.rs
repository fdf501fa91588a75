//! Claims of strength that contradict each other or the records.

use muster_strength::{Compared, Line, Measure, Records, Subject};
use muster_values::{Quantity, quantity::Overflow};

use super::{
    super::deployment::{Movement, StrengthClaim},
    Conflict, Question, RecordUse, Roster,
    conflicts::disagreeing,
    phrases,
};

/// Claims of one measure, subject and day that cannot all be true, with each other or with what
/// the records say of the end of that day.
pub fn conflicts(
    question: &Question,
    roster: &Roster,
    strength: &Records,
) -> Result<Vec<Conflict>, Overflow> {
    let compared = strength.compared(question.valid_at)?;
    Ok(compared.iter().filter_map(|compared| conflict(roster, compared)).collect())
}

fn conflict(roster: &Roster, compared: &Compared) -> Option<Conflict> {
    let Compared { measure, subject, day, line, claims } = compared;
    let of_name = |name: &str| roster.claims.iter().find(|claim| claim.name == name);
    let used = |name: &str| of_name(name).map(|claim| of_claim(claim));
    let uses: Vec<RecordUse> = claims.iter().filter_map(|one| used(&one.claim)).collect();
    let refuted = claims.iter().filter(|one| one.verdict.refutes());
    let refuted: Vec<RecordUse> = refuted.filter_map(|one| used(&one.claim)).collect();
    let rivals = disagreeing(uses);
    let mut records = rivals.clone();
    records.extend(refuted.iter().filter(|used| !rivals.contains(used)).cloned());
    if records.is_empty() {
        return None;
    }
    let what = format!("{} by {}", lead(roster, *measure, subject), phrases::day(*day));
    let sides = phrases::sides(&records);
    let known = line.as_ref().filter(|_| !refuted.is_empty());
    let number = known.map(|known| &known.quantity);
    let number = number.map(|number| phrases::number(number) + &phrases::reading(number));
    let number = number.unwrap_or_default();
    let summary = match known {
        Some(_) if rivals.is_empty() => {
            let keeper = keeper(*measure);
            let claims = phrases::cannot_be_true(records.len() + 1);
            format!("{what}: {sides} and {number} ({keeper}) {claims}")
        }
        Some(_) => {
            let keeper = keeper(*measure);
            let claims = phrases::cannot_be_true(records.len());
            format!("{what}: {sides} {claims}; {keeper} has {number}")
        }
        None => format!("{what}: {sides} {}", phrases::cannot_be_true(records.len())),
    };
    records.extend(known.into_iter().flat_map(|known| behind(roster, known)));
    Some(Conflict { summary, records })
}

/// The records that a line was made from, each with what it says.
fn behind(roster: &Roster, line: &Line) -> Vec<RecordUse> {
    let names = line.records.iter().chain(&line.without_number);
    let used = |name: &String| {
        let (quantity, publisher) = said_by(roster, name, &line.quantity);
        RecordUse { record: name.clone(), revision: 0, quantity, publisher }
    };
    names.map(used).collect()
}

fn said_by(roster: &Roster, name: &str, whole: &Quantity) -> (Quantity, String) {
    if let Some(mandate) = roster.mandate(name) {
        return (whole.clone(), phrases::publishers(&mandate.sources));
    }
    if let Some(pledge) = roster.pledges.iter().find(|pledge| pledge.name == name) {
        let size = pledge.size.clone().unwrap_or_else(Quantity::unknown);
        return (size, phrases::publishers(&pledge.sources));
    }
    let entry = roster.entries.iter().find(|entry| entry.name == name);
    let people =
        entry.map_or_else(Quantity::unknown, |entry| Quantity::exactly(entry.headcount.into()));
    (people, LEDGER.to_owned())
}

const LEDGER: &str = "headcount ledger";

/// Which records say how many there are.
fn keeper(measure: Measure) -> &'static str {
    match measure {
        Measure::Authorised | Measure::Planned => "the mandate",
        Measure::Pledged | Measure::Confirmed => "the list of pledges",
        _ => "the ledger",
    }
}

/// `How many arrived with the first movement of First Kenyan police contingent`
fn lead(roster: &Roster, measure: Measure, subject: &Subject) -> String {
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
    match subject {
        Subject::Mission => format!("How many {verb}"),
        Subject::Partner(name) => match roster.partner(name) {
            Some(partner) if partner.is_host_force => {
                format!("How many of {} {verb}", phrases::named(&partner.display_name))
            }
            Some(partner) => format!("How many from {} {verb}", partner.display_name),
            None => format!("How many of {} {verb}", phrases::short(name)),
        },
        Subject::Contingent(name) => match roster.contingent(name) {
            Some(_) => format!("How many of {} {verb}", contingent_name(roster, name)),
            None => format!("How many of {} {verb}", phrases::short(name)),
        },
        Subject::Movement(name) => match roster.movement(name) {
            Some(movement) => format!("How many {verb} with {}", movement_name(roster, movement)),
            None => format!("How many of {} {verb}", phrases::short(name)),
        },
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
