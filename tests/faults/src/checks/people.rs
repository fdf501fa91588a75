//! People: nobody appears, vanishes, or is counted twice.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::{
    evidence::{Entry, Evidence},
    history::Events,
};

/// Where people come from and go to; the only account that may be below zero.
const OUTSIDE: &str = "outside";
/// Those whom a ceiling counts.
const PRESENT: [&str; 3] = ["present", "on_leave", "medical"];

pub fn conserved(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = negative(&evidence.ledger);
    for movement in &evidence.movements {
        let moved = |into: &[&str]| -> i64 {
            let caused = evidence.ledger.iter().filter(|entry| entry.cause == movement.name);
            caused
                .filter(|entry| into.contains(&entry.to.as_str()))
                .map(|entry| entry.headcount)
                .sum()
        };
        let entries = (moved(&["in_transit", "returning"]), moved(&["present", "repatriated"]));
        if entries != (movement.departed, movement.arrived) {
            let (name, said) = (&movement.name, (movement.departed, movement.arrived));
            broken.push(format!("{name} says {said:?} left and arrived; the ledger {entries:?}"));
        }
    }
    broken
}

/// Accounts that fall below zero at any moment.
fn negative(ledger: &[Entry]) -> Vec<String> {
    let mut accounts: BTreeMap<(&str, &str, &str), BTreeMap<OffsetDateTime, i64>> = BTreeMap::new();
    for entry in ledger {
        for (account, people) in [(&entry.from, -entry.headcount), (&entry.to, entry.headcount)] {
            let of = (entry.mission.as_str(), entry.contingent.as_str(), account.as_str());
            *accounts.entry(of).or_default().entry(entry.effective_at).or_default() += people;
        }
    }
    let mut broken = Vec::new();
    for (of, moments) in accounts.into_iter().filter(|((_, _, account), _)| *account != OUTSIDE) {
        let mut balance = 0;
        for (at, people) in moments {
            balance += people;
            if balance < 0 {
                broken.push(format!("{of:?} has {balance} people at {at}"));
            }
        }
    }
    broken
}

pub fn ceiling(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut missions: BTreeMap<&str, BTreeMap<OffsetDateTime, i64>> = BTreeMap::new();
    for entry in &evidence.ledger {
        let counts = |account: &String| i64::from(PRESENT.contains(&account.as_str()));
        let people = entry.headcount * (counts(&entry.to) - counts(&entry.from));
        let moments = missions.entry(&entry.mission).or_default();
        *moments.entry(entry.effective_at).or_default() += people;
    }
    let mut broken = Vec::new();
    for (mission, moments) in missions {
        let mut present = 0;
        for (at, people) in moments {
            present += people;
            let in_force = evidence.mandates.iter().filter(|mandate| mandate.mission == mission);
            let ceiling = in_force
                .filter(|mandate| mandate.starts_at <= at && at < mandate.ends_at)
                .filter_map(|mandate| mandate.ceiling)
                .max();
            if 0 < people && ceiling.is_some_and(|ceiling| ceiling < present) {
                broken
                    .push(format!("{mission} has {present} people at {at}, more than {ceiling:?}"));
            }
        }
    }
    broken
}
