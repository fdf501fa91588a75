//! Filters and orders as callers write them: each is refused with a rule or read; a filter that is
//! read keeps what its negation drops, and an order that is read sorts without contradicting itself.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use muster_proto::{
    common::v1::Source,
    google::r#type::Date,
    reporting::v1::{Incident, IncidentType},
};
use muster_service::{
    query::{Filter, Order},
    rules,
};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use prost_types::Timestamp;

static RESOURCE: LazyLock<MessageDescriptor> =
    LazyLock::new(|| rules::message(&Incident::full_name()).expect("incidents are in the protos"));

/// One that says nothing, one that says much, and one of which the date lacks its day.
static INCIDENTS: LazyLock<Vec<DynamicMessage>> = LazyLock::new(|| {
    let full = Incident {
        name: "missions/m/incidents/one".into(),
        r#type: IncidentType::Killing.into(),
        occur_date: Some(Date { year: 2024, month: 10, day: 3 }),
        area_code: "HT0511".into(),
        actors: vec!["Gran Grif".into(), "G9".into()],
        sources: vec![Source { title: "A report".into(), ..Source::default() }],
        create_time: Some(Timestamp { seconds: 1_728_000_000, nanos: 0 }),
        ..Incident::default()
    };
    let partial = Incident {
        occur_date: Some(Date { year: 2024, month: 10, day: 0 }),
        area_code: "HT01".into(),
        ..Incident::default()
    };
    [Incident::default(), full, partial]
        .map(|incident| incident.encode_to_vec())
        .map(|bytes| DynamicMessage::decode(RESOURCE.clone(), bytes.as_slice()).expect("encoded"))
        .into()
});

fuzz_target!(|text: &str| {
    match Filter::parse(text, &RESOURCE) {
        Ok(filter) if filter.is_empty() => {
            assert!(INCIDENTS.iter().all(|incident| filter.matches(incident)));
        }
        Ok(filter) => {
            // Brackets may nest too deeply for one more pair.
            if let Ok(negation) = Filter::parse(&format!("NOT ({text})"), &RESOURCE) {
                for incident in INCIDENTS.iter() {
                    assert_ne!(filter.matches(incident), negation.matches(incident), "{text}");
                }
            }
        }
        Err(refusal) => assert!(!refusal.rule().is_empty()),
    }
    match Order::parse(text, &RESOURCE) {
        Ok(order) => {
            for one in INCIDENTS.iter() {
                assert!(order.compare(one, one).is_eq());
                for other in INCIDENTS.iter() {
                    let ordering = order.compare(one, other);
                    assert_eq!(ordering, order.compare(other, one).reverse(), "{text}");
                    assert!(!order.is_empty() || ordering.is_eq());
                }
            }
        }
        Err(refusal) => assert!(!refusal.rule().is_empty()),
    }
});
