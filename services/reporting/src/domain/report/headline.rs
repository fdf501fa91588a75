use muster_strength::{Measure, Subject};
use time::OffsetDateTime;

use super::{
    super::{
        deployment::{Arrival, Contingent, Mandate, Movement, Step, StrengthClaim},
        situation::phrases,
    },
    text::{Context, HEADLINE_LENGTH, clipped},
};

/// How telling a milestone is among those of one moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Mandate,
    Step,
    Departure,
    Arrival,
}

struct Milestone {
    at: OffsetDateTime,
    kind: Kind,
    words: String,
    /// What others say of it; empty where nobody contradicts.
    dispute: String,
}

/// What others say stands in a headline only where it is short.
const DISPUTE: usize = 80;

/// The newest milestone of the mission in one sentence; without any, what the report is about.
pub fn headline(context: &Context) -> String {
    let roster = &context.roster;
    let mandates = roster.mandates.iter().map(|mandate| adoption(context, mandate));
    let steps = roster.contingents.iter().flat_map(|found| reached(found));
    let movements = roster.movements.iter().flat_map(|movement| travelled(context, movement));
    let by_then = |milestone: &Milestone| milestone.at <= context.situation.question.valid_at;
    let milestones = mandates.chain(steps).chain(movements).filter(by_then);
    let newest = milestones.max_by_key(|milestone| (milestone.at, milestone.kind));
    let Some(Milestone { words, dispute, .. }) = newest else {
        let period = phrases::span(context.situation.question.period);
        return clipped(&format!("Situation in {} {period}", context.place()), HEADLINE_LENGTH);
    };
    clipped(&words, HEADLINE_LENGTH - dispute.chars().count()) + &dispute
}

fn milestone(at: OffsetDateTime, kind: Kind, words: String) -> Milestone {
    Milestone { at, kind, words, dispute: String::new() }
}

fn adoption(context: &Context, mandate: &Mandate) -> Milestone {
    let words = format!("Mission authorised: {}, {}", mandate.authority, mandate.instrument);
    let at = context.situation.question.zone.start(mandate.adopted_on);
    milestone(at, Kind::Mandate, words)
}

/// Steps that follow from movements are told by these, but for the end of a hold.
fn reached(contingent: &Contingent) -> impl Iterator<Item = Milestone> {
    contingent.steps.iter().filter_map(|step| {
        let state = match (state(step), step.ends_hold && !step.ends()) {
            (Some(state), true) => format!("no longer on hold, {state}"),
            (None, true) => "no longer on hold".to_owned(),
            (state, false) => state?.to_owned(),
        };
        let words = format!("{}: {state}", contingent.display_name);
        Some(milestone(step.at, Kind::Step, words))
    })
}

fn state(step: &Step) -> Option<&'static str> {
    Some(match step.state.as_str() {
        "pledged" => "pledged",
        "confirmed" => "confirmed",
        "training" => "in training",
        "trained" => "trained",
        "vetted" => "vetted",
        "briefed" => "briefed before its departure",
        "ready" => "ready to leave",
        "rotating" => "being relieved",
        "repatriated" => "home again",
        "on_hold" => "on hold",
        "withdrawn" => "withdrawn",
        "cancelled" => "cancelled",
        _ => return None,
    })
}

fn travelled(context: &Context, movement: &Movement) -> Vec<Milestone> {
    let contingent = context.roster.contingent(&movement.contingent);
    let whose = contingent
        .map_or(phrases::short(&movement.contingent), |contingent| &contingent.display_name);
    let area = movement.destination_area.as_deref();
    let country = area.and_then(|area| context.areas.country(area));
    let destination = country.map_or(&movement.destination, |country| &country.display_name);
    let departure = movement.departed_at.map(|at| {
        let people = have(i64::from(movement.departed));
        milestone(at, Kind::Departure, format!("{whose}: {people} left {}", movement.origin))
    });
    let arrival = |arrival: &Arrival| {
        let at = &arrival.at;
        // Of the whole contingent, since it may come in several movements.
        let people = arrived(context, movement, *at);
        let verb = if movement.homeward { "come home to" } else { "arrived in" };
        let words = format!("{whose}: {} {verb} {destination}", have(people));
        let dispute = disputed(context, movement, *at, people);
        (0 < people).then(|| Milestone { dispute, ..milestone(*at, Kind::Arrival, words) })
    };
    departure.into_iter().chain(movement.arrivals.iter().filter_map(arrival)).collect()
}

/// How many had arrived, without those of whom it was found by now that they had not.
fn arrived(context: &Context, movement: &Movement, at: OffsetDateTime) -> i64 {
    let same = context.roster.movements_like(movement);
    let arrivals = same.flat_map(|other| other.arrivals.iter()).filter(|other| other.at <= at);
    let arrived: i64 = arrivals.map(|other| i64::from(other.headcount)).sum();
    let now = context.situation.question.valid_at;
    let undone = context.roster.taken_back(&movement.contingent, movement.homeward, now);
    arrived - undone.iter().map(|entry| i64::from(entry.headcount)).sum::<i64>()
}

/// `, some sources say 400`, where claims about an arrival cannot be true with the number of
/// people that it brought their contingent to.
fn disputed(context: &Context, movement: &Movement, at: OffsetDateTime, people: i64) -> String {
    let (mut of_all, mut of_movement) = (Vec::new(), Vec::new());
    for claim in context.roster.claims.iter().filter(|_| !movement.homeward) {
        let Some(known) = refuted(context, claim, movement, at) else { continue };
        let number = phrases::Number::of(&claim.quantity).english.unwrap_or_default();
        let numbers = if known == people { &mut of_all } else { &mut of_movement };
        let about = known == people || claim.subject == movement.name;
        if about && !number.is_empty() && !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let (numbers, whose) = match (&of_all[..], &of_movement[..]) {
        ([], []) => return String::new(),
        ([], last) => (last, " with the last movement"),
        (all, _) => (all, ""),
    };
    let dispute = format!(", some sources say {}{whose}", numbers.join(" or "));
    let short = dispute.chars().count() <= DISPUTE;
    if short { dispute } else { ", but sources disagree".to_owned() }
}

/// What the records say in place of a claim about those whom this arrival brought; `None` where
/// they do not contradict it.
fn refuted(
    context: &Context,
    claim: &StrengthClaim,
    movement: &Movement,
    at: OffsetDateTime,
) -> Option<i64> {
    let partner = context.roster.contingent(&movement.contingent).map(|found| &found.partner);
    let about = ["", &movement.name, &movement.contingent].contains(&claim.subject.as_str())
        || partner == Some(&claim.subject);
    let today = context.situation.question.today();
    let since = (context.day_of(at)..=today).contains(&claim.as_of);
    if !about || !since || claim.measure != Measure::Arrived {
        return None;
    }
    let subject = Subject::named(&claim.subject)?;
    let end = context.situation.question.zone.end(claim.as_of);
    let known = context.strength.line(Measure::Arrived, &subject, end).ok()??;
    let known = known.quantity;
    if known.agrees_with(&claim.quantity) { None } else { known.at_least() }
}

/// `200 people have`, `1 person has`
fn have(people: i64) -> String {
    format!("{} {}", phrases::people(people), if people == 1 { "has" } else { "have" })
}
