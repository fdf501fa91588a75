//! Writes: each acknowledged one is there once, and only its caller was told.

use std::collections::{BTreeMap, BTreeSet};

use muster_proto::common::v1::ResourceChange;
use muster_service::rules;
use prost::Message;
use prost_reflect::DynamicMessage;

use crate::{
    caller::DISMISSED,
    evidence::Evidence,
    history::{Done, Events, Outcome, Spot, Write},
};

fn dones(write: &Write) -> impl Iterator<Item = &Done> {
    write.attempts.iter().filter_map(|attempt| match &attempt.outcome {
        Outcome::Done(done) => Some(done),
        _ => None,
    })
}

/// A message in the one form that its bytes can be compared in.
pub fn canonical(type_url: &str, bytes: &[u8]) -> Vec<u8> {
    let name = type_url.rsplit('/').next().unwrap_or_default();
    let message = rules::message(name).and_then(|kind| DynamicMessage::decode(kind, bytes).ok());
    message.map_or_else(|| bytes.to_vec(), |message| message.encode_to_vec())
}

pub fn lost(events: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (write, done) in
        events.writes.iter().flat_map(|write| dones(write).map(move |done| (write, done)))
    {
        let said = format!("{} of {} at {:?}", write.method, done.name, done.spot);
        let Some(stored) = evidence.changes.get(&done.spot) else {
            broken.push(format!("{said} was acknowledged; nothing is there"));
            continue;
        };
        // A correction of an earlier revision tells of what holds now as well.
        let answered =
            |told: &&ResourceChange| told.name == done.name && told.revision == done.revision;
        let told = stored.resources.iter().rfind(answered);
        let same = told.and_then(|told| told.resource.as_ref()).is_some_and(|any| {
            canonical(&any.type_url, &any.value) == canonical(&any.type_url, &done.answer)
        });
        if !same {
            broken.push(format!("{said} was acknowledged; something else is there"));
        }
    }
    broken
}

/// Every change of a caller has one request id, and every request id one change, whatever is kept
/// of it in the end.
pub fn doubled(events: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let callers: BTreeSet<&str> = events.writes.iter().map(|write| write.caller.as_str()).collect();
    let mut of_spot: BTreeMap<&Spot, usize> = BTreeMap::new();
    for key in &evidence.keys {
        match (&key.spot, &key.response) {
            (Some(spot), Some(_)) => *of_spot.entry(spot).or_default() += 1,
            _ => broken.push(format!("{} {} has no effect", key.method, key.request_id)),
        }
    }
    for (spot, stored) in &evidence.changes {
        let keys = of_spot.remove(spot).unwrap_or_default();
        let is_callers = |told: &ResourceChange| callers.contains(told.actor.as_str());
        if stored.resources.iter().any(is_callers) && keys != 1 {
            broken.push(format!("{spot:?} was written under {keys} request ids"));
        }
    }
    broken.extend(
        of_spot.keys().map(|spot| format!("a request id speaks of {spot:?}, which is not there")),
    );
    for write in &events.writes {
        let spots: BTreeSet<&Spot> = dones(write).map(|done| &done.spot).collect();
        if 1 < spots.len() {
            broken.push(format!("{} {} was done at {spots:?}", write.method, write.request_id));
        }
    }
    broken
}

pub fn answers(events: &Events, _: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for write in &events.writes {
        let told: BTreeSet<(&Spot, &[u8])> =
            dones(write).map(|done| (&done.spot, done.answer.as_slice())).collect();
        if 1 < told.len() {
            let spots: Vec<_> = told.iter().map(|(spot, _)| spot).collect();
            broken
                .push(format!("{} {} was answered with {spots:?}", write.method, write.request_id));
        }
        let Some((_, end)) = write.done() else { continue };
        for attempt in write.attempts.iter().filter(|attempt| end < attempt.start) {
            if let Outcome::Refused(why) = &attempt.outcome {
                broken.push(format!(
                    "{} {} was done, then refused: {why}",
                    write.method, write.request_id
                ));
            }
        }
    }
    broken
}

/// Nobody is told what another caller was answered.
pub fn foreign(events: &Events, _: &Evidence) -> Vec<String> {
    let told_of_another = |write: &&Write| {
        let first = write.attempts.iter().min_by_key(|attempt| attempt.start);
        let alone = write.attempts.len() == 1;
        alone
            && first
                .is_some_and(|first| matches!(&first.outcome, Outcome::Done(done) if done.replayed))
    };
    let broken = events.writes.iter().filter(told_of_another);
    broken
        .map(|write| format!("{} {} was told another's answer", write.caller, write.request_id))
        .collect()
}

/// Who lost the roles for a call is not told what it was answered.
pub fn unentitled(events: &Events, _: &Evidence) -> Vec<String> {
    let asked: Vec<&Write> =
        events.writes.iter().filter(|write| write.caller == DISMISSED).collect();
    if asked.is_empty() && 0 < events.expected.writers {
        return vec!["nobody without the roles for it asked".to_owned()];
    }
    let told = asked.into_iter().filter(|write| write.done().is_some());
    told.map(|write| format!("{} {} was told to {DISMISSED}", write.method, write.request_id))
        .collect()
}

/// What was acknowledged before another write was asked for has the earlier position.
pub fn order(events: &Events, _: &Evidence) -> Vec<String> {
    let mut feeds: BTreeMap<_, Vec<(i64, u64, u64)>> = BTreeMap::new();
    for write in &events.writes {
        if let Some((done, end)) = write.done() {
            let feed = (done.spot.service.as_str(), done.spot.mission.as_str());
            feeds.entry(feed).or_default().push((done.spot.position, write.start(), end));
        }
    }
    let mut broken = Vec::new();
    for (feed, mut writes) in feeds {
        writes.sort_unstable();
        let mut earliest_end = u64::MAX;
        for (position, start, end) in writes.into_iter().rev() {
            if earliest_end < start {
                broken.push(format!(
                    "{feed:?} {position} was asked for after a later position was told"
                ));
            }
            earliest_end = earliest_end.min(end);
        }
    }
    broken
}

pub fn guarded(events: &Events, _: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for write in &events.writes {
        for done in dones(write) {
            if let Some(on) = write.decided_on.filter(|on| on + 1 != done.revision) {
                let (name, revision) = (&done.name, done.revision);
                broken.push(format!("{name}: decided on {on}, became {revision}"));
            }
        }
    }
    broken
}

pub fn internal(events: &Events, _: &Evidence) -> Vec<String> {
    let attempts = events
        .writes
        .iter()
        .flat_map(|write| write.attempts.iter().map(move |attempt| (write, attempt)));
    let writes = attempts.filter_map(|(write, attempt)| match &attempt.outcome {
        Outcome::Unknown(said) if said.starts_with("Internal INTERNAL") => {
            Some(format!("{} at {}: {said}", write.method, attempt.replica))
        }
        Outcome::Refused(said) if said.starts_with("not understood") => {
            Some(format!("{} at {}: {said}", write.method, attempt.replica))
        }
        _ => None,
    });
    let others = events.failures.iter();
    let others =
        others.map(|failure| format!("{} at {}: {}", failure.who, failure.replica, failure.said));
    writes.chain(others).collect()
}
