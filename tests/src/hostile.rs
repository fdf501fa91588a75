//! Requests that nobody means well with, for every method that the descriptors tell of.
//!
//! Each begins as a good request, of a scenario or made of the descriptors, and is spoilt field by
//! field, byte by byte, or in its metadata. What is sent depends on the seed alone.

mod attack;
mod health;
mod junk;
mod metadata;
mod mutate;
mod seeds;
mod send;
mod verdict;

use std::{
    collections::BTreeMap,
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::StreamExt;
use muster::scenario::Scenario;

use self::{
    attack::{Attack, Target},
    send::Answer,
};
use crate::World;

pub use self::seeds::{Seeds, methods};
pub use self::send::{path, send};

/// One good request of every method that changes something.
pub const EVERY_CHANGE: &str = include_str!("every-change.toml");

/// How many requests of a method meet one mission before the next takes its place: what reads a
/// whole mission would become slow.
const MISSION_REQUESTS: usize = 500;
const AT_ONCE: usize = 32;

/// What became of requests.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub sent: usize,
    pub accepted: usize,
    /// The refusals, by reason.
    pub refused: BTreeMap<String, usize>,
}

/// Reasons that only a handler has, of what it found in its records; whatever else is said, a
/// request may have met at the door.
const INSIDE: [&str; 13] = [
    "ALREADY_EXISTS",
    "CEILING_EXCEEDED",
    "CONTENDED",
    "ETAG_MISMATCH",
    "FEED_COMPACTED",
    "HEADCOUNT_NEGATIVE",
    "NOT_FOUND",
    "NUMBER_OVERFLOW",
    "OUTSIDE_MANDATE",
    "READINESS_INCOMPLETE",
    "REFERENCE_UNKNOWN",
    "STATE_FORBIDS",
    "TIME_OUT_OF_ORDER",
];

impl Figures {
    /// How many requests were good enough that the service had to look at its records.
    pub fn came_in(&self) -> usize {
        let inside = self.refused.iter().filter(|(reason, _)| INSIDE.contains(&reason.as_str()));
        self.accepted + inside.map(|(_, count)| count).sum::<usize>()
    }

    fn count(&mut self, answer: &Answer) {
        self.sent += 1;
        match answer {
            Ok(_) => self.accepted += 1,
            Err(refused) => *self.refused.entry(verdict::reason(refused)).or_default() += 1,
        }
    }
}

/// What became of all requests.
#[derive(Debug, Default)]
pub struct Report {
    /// By the method's full name.
    pub methods: BTreeMap<String, Figures>,
    /// Those of callers who speak for one partner only, of all methods together.
    pub contributors: Figures,
    /// What should not have happened, in words.
    pub violations: Vec<String>,
}

impl Report {
    pub fn requests(&self) -> usize {
        self.methods.values().map(|figures| figures.sent).sum()
    }
}

/// The scenario of every change, for a mission of this id.
pub fn every_change(mission: &str) -> String {
    EVERY_CHANGE.replacen("id = \"m\"", &format!("id = \"{mission}\""), 1)
}

/// Sends so many spoilt requests to each method, and tells what came of it.
pub async fn attack(world: &World, seed: u64, requests: usize) -> Report {
    let panics = count_panics();
    let target = Target::of(world).await;
    let seeds = Seeds::of(&Scenario::parse("every-change.toml", EVERY_CHANGE).unwrap());
    let methods = methods();
    let report = Mutex::new(Report::default());
    let mut missions = Vec::new();
    for round in 0..requests.div_ceil(MISSION_REQUESTS) {
        let mission = format!("s{round}");
        let summary = world.load(&every_change(&mission)).await;
        let seeds = seeds.moved("m", &mission);
        let numbers = round * MISSION_REQUESTS..requests.min((round + 1) * MISSION_REQUESTS);
        let all = numbers.flat_map(|number| methods.iter().map(move |method| (method, number)));
        futures::stream::iter(all)
            .for_each_concurrent(AT_ONCE, |(method, number)| {
                let attack = Attack::new(method, (seed, number), (&mission, &seeds), &target);
                attack.run(&target, &report)
            })
            .await;
        missions.push((mission, summary.consistency));
    }
    let mut report = report.into_inner().unwrap();
    report.violations.extend(health::complaints(world, &missions).await);
    let panics = panics.load(Ordering::SeqCst);
    if 0 < panics {
        report.violations.push(format!("{panics} panics"));
    }
    report
}

/// Counts the panics of this process from now on, in whatever thread.
fn count_panics() -> Arc<AtomicUsize> {
    let count = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&count);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        counter.fetch_add(1, Ordering::SeqCst);
        before(info);
    }));
    count
}
