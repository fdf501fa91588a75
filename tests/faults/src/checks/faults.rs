//! Faults: a run in which nothing broke shows nothing.

use crate::{
    evidence::Evidence,
    history::{Events, Fault, Outcome},
    nemesis::Kind,
};

pub fn struck(events: &Events, _: &Evidence) -> Vec<String> {
    let missing = (events.expected.faults.iter())
        .filter(|kind| events.faults.iter().all(|fault| fault.kind != **kind));
    missing.map(|kind| format!("{kind}: it never came to that")).collect()
}

/// A disk that became full without anybody noticing was not full.
pub fn full(events: &Events, _: &Evidence) -> Vec<String> {
    let full: Vec<&Fault> =
        events.faults.iter().filter(|fault| fault.kind == Kind::DiskFull.name()).collect();
    let held_up = events.writes.iter().flat_map(|write| &write.attempts).any(|attempt| {
        matches!(attempt.outcome, Outcome::Unknown(_))
            && full.iter().any(|fault| fault.start < attempt.end && attempt.start < fault.healed)
    });
    if full.is_empty() || held_up {
        return Vec::new();
    }
    vec![format!("the disk was full {} times, and every write was done", full.len())]
}
