//! The figures of a run.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    history::{Events, Fault, Outcome, Seen},
    run::Result,
};

/// How long it took, after a fault was over, until a call that was made then was answered.
fn recovery(events: &Events, fault: &Fault) -> Option<Duration> {
    let attempts = events.writes.iter().flat_map(|write| &write.attempts);
    let good = attempts.filter(|attempt| {
        fault.healed <= attempt.start
            && matches!(attempt.outcome, Outcome::Done(_))
            && fault.replica.as_ref().is_none_or(|replica| *replica == attempt.replica)
    });
    let first = good.map(|attempt| attempt.end).min()?;
    Some(Duration::from_micros(first - fault.healed))
}

/// Prints what happened.
pub fn print(seed: u64, result: &Result) {
    let Result { events, evidence, violations } = result;
    let done = events.writes.iter().filter(|write| write.done().is_some()).count();
    let attempts = events.writes.iter().flat_map(|write| &write.attempts);
    let (mut repeated, mut unknown, mut refused) = (0, 0, 0);
    for attempt in attempts {
        match &attempt.outcome {
            Outcome::Done(done) if done.replayed => repeated += 1,
            Outcome::Done(_) => {}
            Outcome::Refused(_) => refused += 1,
            Outcome::Unknown(_) => unknown += 1,
        }
    }
    let changes = events.watches.iter().flat_map(|watch| &watch.steps);
    let delivered = changes.filter(|seen| matches!(seen, Seen::Change { .. })).count();
    let broken = |check: &str| violations.iter().filter(|found| found.check == check).count();
    println!("seed                   {seed}");
    println!("acknowledged writes    {done}");
    println!("  answered again       {repeated}");
    println!("  attempts refused     {refused}");
    println!("  attempts unanswered  {unknown}");
    println!("reads                  {}", events.reads.len());
    println!("watch deliveries       {delivered} over {} watches", events.watches.len());
    println!("changes in feeds       {}", evidence.changes.len());
    println!("resources compared     {}", evidence.served.len());
    println!("lost                   {}", broken("no acknowledged write is lost"));
    println!("duplicated             {}", broken("a request id has one effect"));
    println!("violations             {}", violations.len());
    print_faults(events);
    for violation in violations.iter().take(20) {
        println!("VIOLATION  {}: {}", violation.check, violation.what);
    }
}

fn print_faults(events: &Events) {
    let mut kinds: BTreeMap<String, Vec<Option<Duration>>> = BTreeMap::new();
    for fault in &events.faults {
        let kind = match fault.way {
            Some(way) => format!("{}, {way}", fault.kind),
            None => fault.kind.to_owned(),
        };
        kinds.entry(kind).or_default().push(recovery(events, fault));
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_MARKDOWN);
    table.set_header(["fault", "times", "recovered after, median", "max"]);
    for (kind, recoveries) in kinds {
        let mut times: Vec<Duration> = recoveries.iter().copied().flatten().collect();
        times.sort_unstable();
        let show = |time: Option<&Duration>| {
            time.map_or_else(|| "-".to_owned(), |time| format!("{} ms", time.as_millis()))
        };
        let median = show(times.get(times.len() / 2));
        table.add_row([kind, recoveries.len().to_string(), median, show(times.last())]);
    }
    println!("{table}");
}
