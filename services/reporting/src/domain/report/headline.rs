use time::OffsetDateTime;

use super::{
    super::{
        deployment::{Contingent, Mandate, Movement, Step},
        situation::phrases,
    },
    text::Context,
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
}

/// The newest milestone of the mission in one sentence; without any, what the report is about.
pub fn headline(context: &Context) -> String {
    let roster = &context.roster;
    let mandates = roster.mandates.iter().map(|mandate| adoption(mandate));
    let steps = roster.contingents.iter().flat_map(|found| found.steps.iter().map(|s| (*found, s)));
    let steps = steps.filter_map(|(contingent, step)| reached(contingent, step));
    let movements = roster.movements.iter().flat_map(|movement| travelled(context, movement));
    let by_then = |milestone: &Milestone| milestone.at <= context.situation.question.valid_at;
    let milestones = mandates.chain(steps).chain(movements).filter(by_then);
    let newest = milestones.max_by_key(|milestone| (milestone.at, milestone.kind));
    newest.map_or_else(
        || {
            let period = phrases::span(context.situation.question.period);
            format!("Situation in {} {period}", context.place())
        },
        |milestone| milestone.words,
    )
}

fn adoption(mandate: &Mandate) -> Milestone {
    let words = format!("Mission authorised: {}, {}", mandate.authority, mandate.instrument);
    Milestone { at: mandate.adopted_on.midnight().assume_utc(), kind: Kind::Mandate, words }
}

/// Steps that follow from movements are told by these.
fn reached(contingent: &Contingent, step: &Step) -> Option<Milestone> {
    let state = match step.state.as_str() {
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
    };
    let words = format!("{}: {state}", contingent.display_name);
    Some(Milestone { at: step.at, kind: Kind::Step, words })
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
        let words = format!("{whose}: {people} left {}", movement.origin);
        Milestone { at, kind: Kind::Departure, words }
    });
    let arrival = |(at, _): &(OffsetDateTime, i32)| {
        // Of the whole contingent, since it may come in several movements.
        let people = have(arrived(context, movement, *at));
        let verb = if movement.homeward { "come home to" } else { "arrived in" };
        Milestone {
            at: *at,
            kind: Kind::Arrival,
            words: format!("{whose}: {people} {verb} {destination}"),
        }
    };
    departure.into_iter().chain(movement.arrivals.iter().map(arrival)).collect()
}

fn arrived(context: &Context, movement: &Movement, at: OffsetDateTime) -> i64 {
    let same = context.roster.movements.iter().filter(|other| {
        other.contingent == movement.contingent && other.homeward == movement.homeward
    });
    let arrivals = same.flat_map(|other| other.arrivals.iter()).filter(|(then, _)| *then <= at);
    arrivals.map(|(_, headcount)| i64::from(*headcount)).sum()
}

/// `200 people have`, `1 person has`
fn have(people: i64) -> String {
    format!("{} {}", phrases::people(people), if people == 1 { "has" } else { "have" })
}
