//! Shows that the checks can fail: takes one safeguard at a time out of the services' sources, and
//! sees which check notices.

mod sources;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};

use self::sources::Sources;
use crate::{
    checks::Violation,
    nemesis::Kind,
    run::{self, Plan},
    world::Settings,
};

/// How long a run is whose safeguards are all there, and how long one is that lacks one.
const LENGTH: Duration = Duration::from_secs(10);
/// A mutation that needs luck is tried again with other seeds.
const TRIES: u64 = 3;
/// What is broken while all safeguards are there.
const SOUND: [Kind; 3] = [Kind::ServiceKilled, Kind::PostgresKilled, Kind::DeliveriesDisordered];

/// A safeguard that is taken away, by the patch of this name in the folder `mutations`.
struct Mutation {
    name: &'static str,
    /// The check that has to notice.
    check: &'static str,
    /// What has to be broken for it to show.
    kinds: &'static [Kind],
}

const fn mutation(name: &'static str, check: &'static str, kinds: &'static [Kind]) -> Mutation {
    Mutation { name, check, kinds }
}

const MUTATIONS: [Mutation; 17] = [
    mutation("no-key", "a request id has one effect", &[]),
    mutation("key-in-own-transaction", "a request id has one effect", &[]),
    mutation("keys-of-all-callers", "answers are for their caller", &[]),
    mutation("replay-without-authorisation", "answers are for those who may see them", &[]),
    mutation(
        "commit-before-append",
        "revisions follow each other",
        &[Kind::ServiceKilled, Kind::PostgresKilled],
    ),
    mutation("no-version-guard", "an etag guards its revision", &[]),
    mutation("answer-before-durable", "no acknowledged write is lost", &[Kind::PostgresKilled]),
    mutation(
        "cursor-outside-transaction",
        "the projection is the feed's fold",
        &[Kind::ServiceKilled, Kind::PostgresKilled],
    ),
    mutation("gaps-ignored", "the projection is the feed's fold", &[Kind::DeliveriesDisordered]),
    mutation("token-ignored", "reads show what was written", &[Kind::ServiceFrozen]),
    mutation("event-dropped", "watchers see each change once", &[]),
    mutation("event-doubled", "watchers see each change once", &[]),
    mutation("epoch-ignored", "a new epoch is noticed", &[]),
    mutation("ceiling-unchecked", "no arrival breaks the ceiling", &[]),
    mutation("hash-without-chain", "the hash chain is whole", &[]),
    mutation("positions-with-gaps", "positions are dense", &[]),
    mutation(
        "position-by-sequence",
        "positions are dense",
        // What a sequence gave is gone with whoever took it.
        &[Kind::ServiceKilled, Kind::PostgresKilled],
    ),
];

/// Runs the named mutations, or all where none is named, and tells whether each was caught.
pub async fn run(seed: u64, names: &[String]) -> anyhow::Result<bool> {
    let chosen = chosen(names)?;
    println!("building; the first time everything that the services use is built as well");
    let sources = Sources::copy()?;
    let sound = violations(seed, &SOUND, sources.build()?).await?;
    println!("without a mutation: {} violations", sound.len());
    for violation in &sound {
        println!("VIOLATION  {}: {}", violation.check, violation.what);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_MARKDOWN);
    table.set_header(["mutation", "caught by", "times", "also by"]);
    let mut caught = 0;
    for mutation in &chosen {
        println!("building without a safeguard: {}", mutation.name);
        let program = sources.build_without(mutation.name)?;
        let found = found(mutation, seed, program).await?;
        let times = found.get(mutation.check).copied().unwrap_or_default();
        let also: Vec<&str> =
            found.keys().copied().filter(|check| *check != mutation.check).collect();
        println!("{}: {times} of {:?}", mutation.name, mutation.check);
        caught += usize::from(0 < times);
        let by = if 0 < times { mutation.check } else { "NOT CAUGHT" };
        table.add_row([mutation.name, by, &times.to_string(), &also.join("; ")]);
    }
    println!("{table}");
    println!("caught {caught} of {}", chosen.len());
    Ok(sound.is_empty() && caught == chosen.len())
}

fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Mutation>> {
    for name in names {
        let known = MUTATIONS.iter().any(|mutation| mutation.name == name);
        ensure!(known, "there is no mutation {name}");
    }
    let is_chosen = |name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    Ok(MUTATIONS.iter().filter(|mutation| is_chosen(mutation.name)).collect())
}

/// How often each check notices a mutation, whose services are those of a program.
async fn found(
    mutation: &Mutation,
    seed: u64,
    program: PathBuf,
) -> anyhow::Result<BTreeMap<&'static str, usize>> {
    let mut found = BTreeMap::new();
    for seed in seed..seed + TRIES {
        let violations = violations(seed, mutation.kinds, program.clone()).await;
        for violation in violations.with_context(|| mutation.name)? {
            *found.entry(violation.check).or_default() += 1;
        }
        if found.contains_key(mutation.check) {
            break;
        }
    }
    Ok(found)
}

/// What the checks of this program find where the services are those of another one.
async fn violations(seed: u64, kinds: &[Kind], program: PathBuf) -> anyhow::Result<Vec<Violation>> {
    let plan = Plan {
        kinds: kinds.to_vec(),
        watchers: 1,
        keep: false,
        settings: Settings { program: Some(program), ..Settings::default() },
        ..Plan::new(seed, LENGTH)
    };
    Ok(run::run(&plan).await?.violations)
}
