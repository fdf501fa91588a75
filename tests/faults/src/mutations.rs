//! Shows that the checks can fail: takes one safeguard away at a time, and sees which check
//! notices.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    nemesis::Kind,
    run::{self, Plan, Rewritten},
    world::Settings,
};

/// How long a run is whose safeguards are all there, and how long one is that lacks one.
const LENGTH: Duration = Duration::from_secs(10);
/// A mutation that needs luck is tried again with other seeds.
const TRIES: u64 = 3;

/// Takes the position before the feed's row is held: from a sequence of the mission's own, which
/// is there once the row is.
const POSITION_BY_SEQUENCE: &str =
    "execute format('create sequence if not exists %I', 'positions_' || p_mission);
    new_position := nextval(format('%I', 'positions_' || p_mission)::regclass);
    select * into strict head";

/// A safeguard that is taken away.
struct Mutation {
    name: &'static str,
    /// The check that has to notice.
    check: &'static str,
    /// What has to be broken for it to show.
    kinds: &'static [Kind],
    /// Where it is in the database, and not in the services.
    rewritten: Rewritten,
}

const fn mutation(name: &'static str, check: &'static str, kinds: &'static [Kind]) -> Mutation {
    Mutation { name, check, kinds, rewritten: &[] }
}

const MUTATIONS: [Mutation; 17] = [
    mutation("no-key", "a request id has one effect", &[]),
    mutation("key-in-own-transaction", "a request id has one effect", &[]),
    mutation("keys-of-all-callers", "answers are for their caller", &[]),
    mutation("replay-without-authorisation", "answers are for those who may see them", &[]),
    mutation(
        "commit-before-append",
        "what is served is the feed's fold",
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
    Mutation {
        name: "hash-without-chain",
        check: "the hash chain is whole",
        kinds: &[],
        rewritten: &[("finish_work", "head.last_hash || ", "")],
    },
    Mutation {
        name: "positions-with-gaps",
        check: "positions are dense",
        kinds: &[],
        rewritten: &[("finish_work", "head.last_position + 1", "head.last_position + 2")],
    },
    Mutation {
        name: "position-by-sequence",
        check: "positions are dense",
        // What a sequence gave is gone with whoever took it.
        kinds: &[Kind::ServiceKilled, Kind::PostgresKilled],
        rewritten: &[
            ("finish_work", "select * into strict head", POSITION_BY_SEQUENCE),
            ("finish_work", "new_position := head.last_position + 1;", ""),
        ],
    },
];

/// Runs every mutation, and tells whether each was caught.
pub async fn all(seed: u64) -> anyhow::Result<bool> {
    let sound = run::run(&plan(seed, None)).await?;
    println!("without a mutation: {} violations", sound.violations.len());
    for violation in &sound.violations {
        println!("VIOLATION  {}: {}", violation.check, violation.what);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_MARKDOWN);
    table.set_header(["mutation", "caught by", "times", "also by"]);
    let mut caught = 0;
    for mutation in &MUTATIONS {
        let found = found(mutation, seed).await?;
        let times = found.get(mutation.check).copied().unwrap_or_default();
        let also: Vec<&str> =
            found.keys().copied().filter(|check| *check != mutation.check).collect();
        println!("{}: {times} of {:?}", mutation.name, mutation.check);
        caught += usize::from(0 < times);
        let by = if 0 < times { mutation.check } else { "NOT CAUGHT" };
        table.add_row([mutation.name, by, &times.to_string(), &also.join("; ")]);
    }
    println!("{table}");
    let all = sound.violations.is_empty() && caught == MUTATIONS.len();
    println!("caught {caught} of {}", MUTATIONS.len());
    Ok(all)
}

/// How often each check notices a mutation.
async fn found(mutation: &Mutation, seed: u64) -> anyhow::Result<BTreeMap<&'static str, usize>> {
    let mut found = BTreeMap::new();
    for seed in seed..seed + TRIES {
        for violation in run::run(&plan(seed, Some(mutation))).await?.violations {
            *found.entry(violation.check).or_default() += 1;
        }
        if found.contains_key(mutation.check) {
            break;
        }
    }
    Ok(found)
}

fn plan(seed: u64, mutation: Option<&Mutation>) -> Plan {
    let kinds = mutation.map_or_else(
        || vec![Kind::ServiceKilled, Kind::PostgresKilled, Kind::DeliveriesDisordered],
        |mutation| mutation.kinds.to_vec(),
    );
    // What is in the database is no mutation that the services could know of.
    let named = mutation.filter(|mutation| mutation.rewritten.is_empty());
    Plan {
        kinds,
        watchers: 1,
        keep: false,
        settings: Settings { mutation: named.map(|mutation| mutation.name), ..Settings::default() },
        rewritten: mutation.map(|mutation| mutation.rewritten).unwrap_or_default(),
        ..Plan::new(seed, LENGTH)
    }
}
