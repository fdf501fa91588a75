//! Each check is shown a history that is good and one that is not.

use std::collections::BTreeMap;

use muster_proto::common::v1::ResourceChange;
use prost_types::Any;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use super::{CHECKS, all};
use crate::{
    caller::DISMISSED,
    evidence::{Entry, Evidence, Head, Key, Mandate, Movement, Projected, Stored},
    history::{
        Attempt, Done, Events, Expected, Failure, Fault, Outcome, Read, Seen, Spot, Watch, Write,
    },
    nemesis::Kind,
};

const NAME: &str = "missions/m/pledges/p";

fn spot(position: i64) -> Spot {
    Spot { service: "deployment".into(), mission: "m".into(), position }
}

fn done(position: i64) -> Outcome {
    Outcome::Done(Done {
        spot: spot(position),
        token: String::new(),
        name: NAME.into(),
        revision: position,
        answer: pledge(u8::try_from(position).unwrap()),
        replayed: false,
    })
}

fn attempt(start: u64, outcome: Outcome) -> Attempt {
    Attempt { replica: "deployment-0".into(), start, end: start + 5, outcome }
}

/// The bytes of a pledge.
fn pledge(arrived: u8) -> Vec<u8> {
    vec![0x58, arrived]
}

/// Two changes of one resource, each acknowledged, watched, followed and served.
fn good() -> (Events, Evidence) {
    let (mut events, mut evidence) = (Events::default(), Evidence::default());
    let (mut last, mut steps) = (Vec::new(), Vec::new());
    for position in 1..=2_i64 {
        let id = position.to_string();
        events.writes.push(Write {
            request_id: id.clone(),
            caller: "operator".into(),
            method: "/Change".into(),
            decided_on: Some(position - 1),
            attempts: vec![attempt(10 * position.unsigned_abs(), done(position))],
        });
        let digest = vec![u8::try_from(position).unwrap()];
        let mut hash = Sha256::new();
        hash.update(&last);
        hash.update(position.to_be_bytes());
        hash.update(&digest);
        last = hash.finalize().to_vec();
        let type_url = "/muster.deployment.v1.Pledge".into();
        let any = Any { type_url, value: pledge(digest[0]) };
        let told = ResourceChange {
            name: NAME.into(),
            revision: position,
            resource: Some(any),
            actor: "operator".into(),
            ..ResourceChange::default()
        };
        let stored = Stored {
            digests: vec![digest],
            hash: last.clone(),
            resources: vec![told],
            forged: Vec::new(),
        };
        evidence.changes.insert(spot(position), stored);
        evidence.keys.push(Key {
            method: "/Change".into(),
            request_id: id,
            spot: Some(spot(position)),
            response: Some(Vec::new()),
        });
        steps.push(Seen::Change { mission: "m".into(), position, hash: last.clone() });
    }
    steps.push(Seen::Bookmark { mission: "m".into(), position: 2 });
    let watch = Watch { watcher: 0, service: "deployment".into(), from: BTreeMap::new(), steps };
    events.watches.push(watch);
    for (replica, name) in [("deployment-1", NAME), ("reporting-0", "missions/m/link")] {
        let (replica, name) = (replica.into(), name.into());
        events.reads.push(Read { reader: 0, replica, name, at_least: 2, shown: 2, end: 50 });
    }
    let head = Head { epoch: "e".into(), last_position: 2, last_hash: last };
    evidence.heads.insert(("deployment".into(), "m".into()), head);
    evidence.cursors.insert("m".into(), 2);
    let projected = Projected { revision: 2, position: 2, body: pledge(2) };
    evidence.projection.insert(NAME.into(), projected);
    evidence.rebuilt.clone_from(&evidence.projection);
    evidence.served.insert(NAME.into(), Some(pledge(2)));
    people(&mut evidence);
    took_part(&mut events);
    (events, evidence)
}

/// A writer, a reader and a watcher, someone who was dismissed, and a fault.
fn took_part(events: &mut Events) {
    let kind = Kind::LinkCut.name();
    events.faults.push(Fault { kind, way: None, replica: None, start: 60, healed: 70 });
    let watchers = BTreeMap::from([(0, "deployment")]);
    events.expected = Expected { writers: 1, readers: 1, watchers, faults: vec![kind] };
    events.writes.push(Write {
        request_id: "2".into(),
        caller: DISMISSED.into(),
        method: "/Change".into(),
        decided_on: None,
        attempts: vec![attempt(40, Outcome::Refused("PermissionDenied NOT_ALLOWED".into()))],
    });
}

/// Thirty people who arrived where forty may be.
fn people(evidence: &mut Evidence) {
    let start = OffsetDateTime::UNIX_EPOCH;
    let ways = [("outside", "ready"), ("ready", "in_transit"), ("in_transit", "present")];
    for (hours, (from, to)) in (0..).zip(ways) {
        evidence.ledger.push(Entry {
            mission: "m".into(),
            contingent: "c".into(),
            from: from.into(),
            to: to.into(),
            headcount: 30,
            effective_at: start + Duration::hours(hours),
            cause: "missions/m/movements/f".into(),
        });
    }
    let name = "missions/m/movements/f".into();
    evidence.movements.push(Movement { name, departed: 30, arrived: 30 });
    evidence.mandates.push(Mandate {
        mission: "m".into(),
        starts_at: start,
        ends_at: start + Duration::days(1),
        ceiling: Some(40),
    });
}

/// The checks that notice what is done to a good history.
fn noticed(spoil: impl FnOnce(&mut Events, &mut Evidence)) -> Vec<&'static str> {
    let (mut events, mut evidence) = good();
    spoil(&mut events, &mut evidence);
    let mut found: Vec<_> = all(&events, &evidence).iter().map(|found| found.check).collect();
    found.dedup();
    found
}

#[test]
fn a_good_history_breaks_nothing() {
    assert_eq!(noticed(|_, _| {}), Vec::<&str>::new());
}

#[test]
fn a_write_that_is_not_there_is_lost() {
    let found = noticed(|events, _| events.writes[1].attempts[0].outcome = done(3));
    assert!(found.contains(&"no acknowledged write is lost"));
}

#[test]
fn a_change_without_a_request_id_was_made_twice() {
    let found = noticed(|_, evidence| drop(evidence.keys.pop()));
    assert_eq!(found, ["a request id has one effect"]);
}

#[test]
fn one_request_id_with_two_answers_or_a_late_refusal_is_noticed() {
    let found = noticed(|events, _| {
        let mut two = done(1);
        if let Outcome::Done(done) = &mut two {
            done.spot.position = 2;
            done.answer = pledge(2);
        }
        events.writes[0].attempts.push(attempt(40, two));
    });
    assert!(found.contains(&"a request id has one answer"));
    assert!(found.contains(&"a request id has one effect"));
    let found = noticed(|events, _| {
        events.writes[0].attempts.push(attempt(40, Outcome::Refused("exists".into())));
    });
    assert_eq!(found, ["a request id has one answer"]);
}

#[test]
fn an_answer_that_was_given_to_another_is_noticed() {
    let found = noticed(|events, _| {
        if let Outcome::Done(done) = &mut events.writes[0].attempts[0].outcome {
            done.replayed = true;
        }
    });
    assert_eq!(found, ["answers are for their caller"]);
}

#[test]
fn an_answer_that_was_given_to_someone_without_the_roles_for_it_is_noticed() {
    const CHECK: [&str; 1] = ["answers are for those who may see them"];
    assert_eq!(noticed(|events, _| events.writes[2].attempts[0].outcome = done(2)), CHECK);
    assert_eq!(noticed(|events, _| drop(events.writes.pop())), CHECK);
}

#[test]
fn a_position_that_is_earlier_than_time_allows_is_noticed() {
    let found = noticed(|events, _| events.writes[0].attempts[0].start = 90);
    assert_eq!(found, ["writes keep real-time order"]);
}

#[test]
fn a_decision_on_an_old_revision_is_noticed() {
    let found = noticed(|events, _| events.writes[1].decided_on = Some(0));
    assert_eq!(found, ["an etag guards its revision"]);
}

#[test]
fn a_failure_inside_is_noticed() {
    let failed = || Outcome::Unknown("Internal INTERNAL internal error".into());
    let found = noticed(|events, _| events.writes[0].attempts.push(attempt(1, failed())));
    assert_eq!(found, ["no service failed inside"]);
    let found = noticed(|events, _| {
        let (who, replica) = ("watcher 0".into(), "deployment-0".into());
        events.failures.push(Failure { who, replica, said: "Internal INTERNAL".into() });
    });
    assert_eq!(found, ["no service failed inside"]);
}

#[test]
fn a_gap_a_broken_chain_and_a_skipped_revision_are_noticed() {
    let found = noticed(|_, evidence| drop(evidence.changes.remove(&spot(1))));
    assert!(found.contains(&"positions are dense"));
    let found = noticed(|_, evidence| {
        evidence.changes.values_mut().for_each(|stored| stored.digests.push(vec![1]));
    });
    assert_eq!(found, ["the hash chain is whole"]);
    let found = noticed(|_, evidence| {
        for stored in evidence.changes.values_mut() {
            stored.resources[0].revision += 1;
        }
    });
    assert!(found.contains(&"revisions follow each other"));
}

#[test]
fn what_a_watcher_misses_sees_twice_or_is_told_wrongly_is_noticed() {
    const CHECK: [&str; 1] = ["watchers see each change once"];
    let missed = noticed(|events, _| drop(events.watches[0].steps.remove(0)));
    assert_eq!(missed, CHECK);
    let twice = noticed(|events, _| {
        let step = events.watches[0].steps[1].clone();
        events.watches[0].steps.insert(1, step);
    });
    assert_eq!(twice, CHECK);
    let left = noticed(|events, _| events.watches[0].steps.truncate(1));
    assert_eq!(left, CHECK);
    let blind = noticed(|events, _| events.watches[0].steps.clear());
    assert_eq!(blind, CHECK);
    let absent = noticed(|events, _| events.watches.clear());
    assert_eq!(absent, CHECK);
    let ahead = noticed(|events, _| drop(events.watches[0].steps.remove(1)));
    assert_eq!(ahead, ["watchers see each change once", "bookmarks are honest"]);
}

#[test]
fn stale_reads_and_wrong_answers_are_noticed() {
    const CHECK: [&str; 1] = ["reads show what was written"];
    assert_eq!(noticed(|events, _| events.reads[0].shown = 1), CHECK);
    assert_eq!(noticed(|events, _| drop(events.reads.pop())), CHECK);
    assert_eq!(noticed(|events, _| events.reads.clear()), CHECK);
    let found = noticed(|_, evidence| {
        evidence.served.insert(NAME.into(), None);
    });
    assert_eq!(found, ["what is served is the feed's fold"]);
    let found = noticed(|_, evidence| evidence.served.clear());
    assert_eq!(found, ["what is served is the feed's fold"]);
}

#[test]
fn where_nobody_reads_or_watches_nothing_is_missed() {
    let found = noticed(|events, _| {
        events.expected = Expected::default();
        events.reads.clear();
        events.watches.clear();
        events.writes.pop();
    });
    assert!(found.is_empty());
}

#[test]
fn a_projection_that_differs_is_noticed() {
    const CHECK: [&str; 1] = ["the projection is the feed's fold"];
    let old = |evidence: &mut Evidence| {
        evidence.projection.values_mut().for_each(|projected| projected.revision = 1);
    };
    assert_eq!(noticed(|_, evidence| old(evidence)), CHECK);
    assert_eq!(noticed(|_, evidence| drop(evidence.rebuilt.remove(NAME))), CHECK);
    assert_eq!(noticed(|_, evidence| evidence.projection.clear()), CHECK);
    let unknown = noticed(|_, evidence| {
        evidence.projection.clear();
        evidence.rebuilt.clear();
    });
    assert_eq!(unknown, CHECK);
    assert_eq!(noticed(|_, evidence| evidence.parked.push(NAME.into())), CHECK);
    assert_eq!(noticed(|_, evidence| evidence.cursors.clear()), CHECK);
    let poisoned =
        noticed(|_, evidence| evidence.parked.push("missions/m/pledges/poison-1".into()));
    assert!(poisoned.is_empty());
}

#[test]
fn people_who_vanish_or_are_too_many_are_noticed() {
    let twice = noticed(|_, evidence| {
        let entry = evidence.ledger[2].clone();
        evidence.ledger.push(entry);
    });
    assert_eq!(twice, ["people are conserved", "no arrival breaks the ceiling"]);
    let low = noticed(|_, evidence| evidence.mandates[0].ceiling = Some(29));
    assert_eq!(low, ["no arrival breaks the ceiling"]);
}

#[test]
fn an_epoch_that_is_not_noticed_is_noticed() {
    let found = noticed(|_, evidence| evidence.epochs.push("taken".into()));
    assert_eq!(found, ["a new epoch is noticed"]);
}

#[test]
fn a_fault_that_never_struck_and_a_full_disk_that_nobody_felt_are_noticed() {
    assert_eq!(noticed(|events, _| events.faults.clear()), ["every fault struck"]);
    let kind = Kind::DiskFull.name();
    let full = Fault { kind, way: None, replica: None, start: 0, healed: 90 };
    let found = noticed(|events, _| events.faults.push(full.clone()));
    assert_eq!(found, ["a full disk holds writes up"]);
    let found = noticed(|events, _| {
        events.faults.push(full);
        let unknown = Outcome::Unknown("Unavailable DATABASE_UNAVAILABLE".into());
        events.writes[0].attempts.insert(0, attempt(1, unknown));
    });
    assert!(found.is_empty());
}

#[test]
fn names_of_checks_are_used_once() {
    let mut names: Vec<_> = CHECKS.iter().map(|check| check.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CHECKS.len());
}
