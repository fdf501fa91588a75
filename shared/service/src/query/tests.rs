use muster_proto::{
    common::v1::Source,
    google::r#type::Date,
    reporting::v1::{Incident, IncidentType},
};
use proptest::prelude::*;
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use prost_types::Timestamp;

use super::{Filter, Order};
use crate::rules;

fn resource() -> MessageDescriptor {
    rules::message(&Incident::full_name()).unwrap()
}

/// A killing on 3 October 2024, recorded on the 4th.
fn incident() -> Incident {
    Incident {
        name: "missions/m/incidents/one".into(),
        r#type: IncidentType::Killing.into(),
        occur_date: Some(Date { year: 2024, month: 10, day: 3 }),
        area_code: "HT0511".into(),
        actors: vec!["Gran Grif".into(), "G9".into()],
        sources: vec![Source { title: "A report".into(), ..Source::default() }],
        create_time: Some(Timestamp { seconds: 1_728_000_000, nanos: 0 }),
        ..Incident::default()
    }
}

fn dynamic(incident: &Incident) -> DynamicMessage {
    DynamicMessage::decode(resource(), incident.encode_to_vec().as_slice()).unwrap()
}

fn matches(filter: &str) -> bool {
    Filter::parse(filter, &resource()).unwrap().matches(&dynamic(&incident()))
}

fn refused(filter: &str) -> String {
    Filter::parse(filter, &resource()).unwrap_err().rule().to_owned()
}

#[test]
fn a_filter_keeps_what_it_says() {
    for filter in [
        "",
        "type = INCIDENT_TYPE_KILLING",
        "area_code = \"HT05*\" AND area_code = \"*11\" AND area_code = \"*T0*\"",
        "area_code != \"HT01\"",
        "area_code > \"HT0510\"",
        "occur_date = \"2024-10\" AND occur_date >= \"2024\" AND occur_date < \"2024-10-04\"",
        "create_time >= \"2024-10-01T00:00:00Z\"",
        "actors:\"G9\"",
        "sources.title:\"A report\"",
        "sources:* AND NOT verify_time:*",
        "area_code = \"HT01\" OR type = INCIDENT_TYPE_KILLING",
    ] {
        assert!(matches(filter), "{filter}");
    }
}

#[test]
fn a_filter_drops_what_it_does_not_say() {
    for filter in [
        "type != INCIDENT_TYPE_KILLING",
        "area_code = \"HT05\"",
        "occur_date > \"2024-10\"",
        "create_time < \"2024-10-01T00:00:00Z\"",
        "actors:\"G8\"",
        "place_name:*",
        // A comparison with what is absent does not match, whichever it is.
        "verify_time < \"2030-01-01T00:00:00Z\"",
        "verify_time != \"2030-01-01T00:00:00Z\"",
    ] {
        assert!(!matches(filter), "{filter}");
    }
}

#[test]
fn a_filter_that_makes_no_sense_is_refused_in_words() {
    assert!(refused("colour = red").starts_with("names no field colour; there are: name, type"));
    assert!(refused("type = KILLING").contains("INCIDENT_TYPE_KILLING"));
    assert!(refused("type < INCIDENT_TYPE_KILLING").ends_with("its values have no order"));
    assert!(refused("actors = \"G9\"").ends_with("a list is asked with :"));
    assert!(refused("area_code:\"HT\"").ends_with("only lists have members; use ="));
    assert!(refused("sources = \"A\"").contains("name a field of it"));
    assert!(refused("occur_date = \"2024-13\"").contains("2024-13, which is not a date"));
    assert!(refused("create_time < yesterday").contains("which is not a moment"));
    assert!(refused("killing").contains("without a comparison"));
    assert!(refused("area_code = (").starts_with("cannot be read"));
    assert!(refused(&"(".repeat(500)).starts_with("cannot be read"));
}

fn order(order_by: &str, incidents: &[(&str, i32)]) -> String {
    let order = Order::parse(order_by, &resource()).unwrap();
    let mut of: Vec<_> = (incidents.iter())
        .map(|(area_code, day)| Incident {
            area_code: (*area_code).into(),
            occur_date: (*day != 0).then_some(Date { year: 2024, month: 1, day: *day }),
            ..Incident::default()
        })
        .map(|incident| (dynamic(&incident), incident.area_code))
        .collect();
    of.sort_by(|one, other| order.compare(&one.0, &other.0));
    of.into_iter().map(|(_, area_code)| area_code).collect()
}

#[test]
fn an_order_sorts_by_each_field_in_turn_and_the_absent_first() {
    let incidents = [("b", 2), ("a", 2), ("c", 0), ("d", 1)];
    assert_eq!(order("", &incidents), "bacd");
    assert_eq!(order("occur_date", &incidents), "cdba");
    assert_eq!(order("occur_date desc, area_code", &incidents), "abdc");
    for wrong in ["actors", "sources", "area_code asc", "area_code,", "colour"] {
        assert!(Order::parse(wrong, &resource()).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn whatever_is_asked_is_read_or_refused(text in "[ -~é]{0,60}") {
        if let Ok(filter) = Filter::parse(&text, &resource()) {
            filter.matches(&dynamic(&incident()));
        }
        let _ = Order::parse(&text, &resource());
    }

    #[test]
    fn a_day_is_before_equal_to_or_after_each_other(
        year in 2020..2030_i32, month in 1..=12_i32, day in 1..=28_i32,
    ) {
        let date = format!("\"{year:04}-{month:02}-{day:02}\"");
        let met: Vec<_> = ["<", "=", ">"]
            .into_iter()
            .filter(|comparator| matches(&format!("occur_date {comparator} {date}")))
            .collect();
        prop_assert_eq!(met, [match (2024, 10, 3).cmp(&(year, month, day)) {
            std::cmp::Ordering::Less => "<",
            std::cmp::Ordering::Equal => "=",
            std::cmp::Ordering::Greater => ">",
        }]);
    }
}
