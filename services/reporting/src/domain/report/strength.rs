use muster_strength::{Line, Measure};
use muster_values::Qualifier;
use time::Date;

use super::{
    super::{
        deployment::{Contingent, Pledge, Step, StrengthClaim},
        situation::phrases,
    },
    text::{Context, STRENGTH, names, some_names},
};

/// Disagreements beyond these stand in the body only.
const DISPUTES: usize = 2;

/// Strength now, with what is disputed about it.
pub fn bullets(context: &Context) -> Vec<String> {
    let line = |measure| context.situation.presence.lines.iter().find(|l| l.measure == measure);
    let mut bullets = Vec::new();
    if let Some(present) = line(Measure::Present) {
        let people = present.quantity.at_least().unwrap_or(0);
        let verb = if people == 1 { "was" } else { "were" };
        let counted = format!("{} of the mission {verb} present", phrases::people(people));
        let pledged = line(Measure::Pledged).map(|line| {
            let records = cited(context, line, |names| some_names(names, STRENGTH));
            let number = phrases::number(&line.quantity);
            format!(" The pledges that stand are for {number} people{records}.")
        });
        let records = cited(context, present, |names| some_names(names, STRENGTH));
        let pledged = pledged.unwrap_or_default();
        bullets.push(format!("{counted} on {}{records}.{pledged}", context.day()));
    }
    let disputed = disputed(context).take(DISPUTES);
    bullets.extend(disputed.map(|summary| format!("Sources disagree. {summary}.")));
    bullets
}

pub fn paragraphs(context: &Context) -> Vec<String> {
    let lines = context.situation.presence.lines.iter();
    let lines = lines.map(|line| measured(context, line));
    let pledges = context.roster.pledges.iter().filter_map(|pledge| offered(context, pledge));
    let contingents =
        context.roster.contingents.iter().filter_map(|found| standing(context, found));
    let disputed = disputed(context).map(|summary| format!("{summary}."));
    let host = context.roster.claims.iter().filter_map(|claim| host_force(context, claim));
    lines.chain(pledges).chain(contingents).chain(host).chain(disputed).collect()
}

/// `Present on 26 June 2024: 200 (movements/ken-1-1).`
fn measured(context: &Context, line: &Line) -> String {
    let label = match line.measure {
        Measure::Authorised => "Authorised at most",
        Measure::Planned => "Planned",
        Measure::Pledged => "Pledged and not withdrawn",
        Measure::Confirmed => "Of these formally notified",
        Measure::Ready => "Ready to leave",
        Measure::InTransit => "On the way",
        Measure::Arrived => "Arrived so far",
        Measure::Present => "Present",
        Measure::Effective => "Present and fit for duty",
        Measure::Listed => "Listed",
        Measure::Operational => "In operational posts",
        Measure::Available => "Available for duty",
    };
    let records = cited(context, line, |all| names(all));
    format!("{label} on {}: {}{records}.", context.day(), phrases::number(&line.quantity))
}

/// The records behind a line; for an entry of the ledger, the step or movement that caused it.
fn cited(context: &Context, line: &Line, row: impl Fn(Vec<&str>) -> String) -> String {
    let cause = |name: &'_ String| {
        let entry = context.roster.entries.iter().find(|entry| entry.name == *name);
        entry.map_or_else(|| name.clone(), |entry| entry.cause.clone())
    };
    let mut records: Vec<&String> = line.records.iter().chain(&line.without_number).collect();
    records.sort();
    let records: Vec<String> = records.into_iter().map(cause).collect();
    let records = row(records.iter().map(String::as_str).collect());
    if records.is_empty() { records } else { format!(" ({records})") }
}

/// `Kenya: offered 1,000 on 29 July 2023, formally notified on 26 April 2024 (pledges/ken).`
fn offered(context: &Context, pledge: &Pledge) -> Option<String> {
    let today = context.situation.question.today();
    if today < pledge.offered_on.first_day() {
        return None;
    }
    let partner = context.roster.partner(&pledge.partner);
    let partner = partner.map_or(phrases::short(&pledge.partner), |found| &found.display_name);
    let size = pledge.size.as_ref().filter(|size| size.qualifier() != Qualifier::Unknown);
    let size = size.map_or_else(|| "people, their number not given,".to_owned(), phrases::number);
    let step = |what: &str, on: Option<Date>| {
        let on = on.filter(|on| *on <= today);
        on.map_or_else(String::new, |on| format!(", {what} on {}", phrases::day(on)))
    };
    let publishers = phrases::publishers(&pledge.sources);
    let source = if publishers.is_empty() { String::new() } else { format!("{publishers}; ") };
    Some(format!(
        "{partner}: offered {size} {}{}{} ({source}{}).",
        phrases::when(pledge.offered_on),
        step("formally notified", pledge.confirmed_on),
        step("withdrawn", pledge.withdrawn_on),
        phrases::short(&pledge.name),
    ))
}

/// A contingent with the last step that it had taken, and the holds that only stopped it there;
/// `None` where it had taken none yet.
fn standing(context: &Context, contingent: &Contingent) -> Option<String> {
    let by_then = |step: &&Step| step.at <= context.situation.question.valid_at;
    let steps: Vec<&Step> = contingent.steps.iter().filter(by_then).collect();
    let (mut step, mut steps) = steps.split_last()?;
    let mut holds = Vec::new();
    while let [earlier @ .., before, hold] = steps
        && hold.is_hold()
        && before.state == step.state
    {
        let (from, to) = (context.day_of(hold.at), context.day_of(step.at));
        holds.insert(0, format!(", on hold from {} to {}", phrases::day(from), phrases::day(to)));
        (step, steps) = (before, earlier);
    }
    Some(format!(
        "{} is to have {}, {} since {}{} ({}).",
        contingent.display_name,
        phrases::people(i64::from(contingent.headcount)),
        step.state.replace('_', " "),
        phrases::day(context.day_of(step.at)),
        holds.concat(),
        phrases::short(&contingent.name),
    ))
}

/// What is said of a host force, of which there is no ledger.
fn host_force(context: &Context, claim: &StrengthClaim) -> Option<String> {
    let counted = match claim.measure {
        Measure::Listed => "listed",
        Measure::Operational => "in operational posts",
        Measure::Available => "available for duty",
        _ => return None,
    };
    let today = context.situation.question.today();
    let newer = |other: &&StrengthClaim| {
        (other.measure, &other.subject) == (claim.measure, &claim.subject)
            && claim.as_of < other.as_of
            && other.as_of <= today
    };
    if today < claim.as_of || context.roster.claims.iter().any(newer) {
        return None;
    }
    let force = context.roster.partner(&claim.subject)?;
    Some(format!(
        "{}: {} {counted} on {}, according to {} ({}).",
        force.display_name,
        phrases::number(&claim.quantity),
        phrases::day(claim.as_of),
        phrases::publishers(&claim.sources),
        phrases::short(&claim.name),
    ))
}

/// What conflicts about strength.
fn disputed<'c>(context: &'c Context) -> impl Iterator<Item = &'c str> {
    let claims = |record: &str| record.contains("/strengthClaims/");
    let conflicts = context.situation.conflicts.iter();
    let disputed = conflicts.filter(move |found| found.records.iter().any(|r| claims(&r.record)));
    disputed.map(|conflict| conflict.summary.as_str())
}
