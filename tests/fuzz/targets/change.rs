//! Changes of the deployment service's feed, as the reporting service reads them: what can be
//! placed is placed, and what cannot be read says why.
//!
//! The first byte chooses a type of resource, of which the rest are the bytes; beyond those types
//! the rest is a whole change.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_proto::{
    common::v1::{Change, ResourceChange},
    deployment::v1 as pb,
};
use prost::{Message, Name};
use prost_types::{Any, Timestamp};

/// The type URLs of what a feed tells, those that this service does not use among them.
fn types() -> [String; 11] {
    [
        pb::Mission::type_url(),
        pb::Area::type_url(),
        pb::Partner::type_url(),
        pb::Mandate::type_url(),
        pb::Pledge::type_url(),
        pb::Contingent::type_url(),
        pb::Movement::type_url(),
        pb::HeadcountEntry::type_url(),
        pb::Site::type_url(),
        pb::StrengthClaim::type_url(),
        pb::ReadinessCheck::type_url(),
    ]
}

fn change(choice: u8, bytes: &[u8]) -> Option<Change> {
    let Some(type_url) = types().into_iter().nth(choice.into()) else {
        return Change::decode(bytes).ok();
    };
    let resource = Any { type_url, value: bytes.to_vec() };
    let now = Some(Timestamp::default());
    let told = ResourceChange {
        name: "missions/m/sites/y".into(),
        revision: 1,
        resource: Some(resource),
        known_time: now,
        record_time: now,
        ..ResourceChange::default()
    };
    Some(Change {
        mission: "missions/m".into(),
        epoch: "018f0000-0000-7000-8000-000000000000".into(),
        position: 1,
        resources: vec![told],
        ..Change::default()
    })
}

fuzz_target!(|bytes: &[u8]| {
    let [choice, bytes @ ..] = bytes else { return };
    let Some(change) = change(*choice, bytes) else { return };
    let received = match muster_reporting::read_change(&change) {
        Ok(received) => received,
        Err(violation) => return assert!(["mission", "epoch"].contains(&violation.path())),
    };
    assert_eq!(received.mission.name(), change.mission);
    assert_eq!(received.position, change.position);
    assert!(received.resources.len() <= change.resources.len());
    for told in &received.resources {
        let kept = ResourceChange::decode(told.message.as_slice()).expect("it was encoded here");
        assert!(kept.name == told.name && kept.revision == told.revision);
        if let Err(reason) = &told.content {
            assert!(!reason.trim().is_empty());
        }
    }
});
