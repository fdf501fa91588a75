//! Dates and moments that nothing which happened can have, in every field of every request.

use std::collections::BTreeMap;

use muster::scenario::Scenario;
use muster_service::rules::pool;
use muster_tests::{
    World, details, field_violations,
    hostile::{EVERY_CHANGE, methods},
};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use regex::Regex;
use time::{OffsetDateTime, macros::datetime};
use tonic::{Code, Request, Status};

use super::is_output_only;

/// How deep dates are looked for: figure.flow.period.start_date is four.
const DEPTH: usize = 5;

/// The moments that a read may ask for whatever they are.
const QUESTIONS: [&str; 3] = ["valid_time", "as_of_time", "recorded_by_time"];

/// When nothing can have happened, and what is said of it.
const WRONG: [(OffsetDateTime, &str); 2] = [
    (datetime!(2099-06-01 0:00 UTC), "must not be in the future"),
    (datetime!(0025-06-01 0:00 UTC), "of the years 1900 to 9999"),
];

/// A field that holds a date or a moment, by the fields that lead to it.
struct Place {
    fields: Vec<FieldDescriptor>,
    /// It may lie ahead.
    is_plan: bool,
}

impl Place {
    fn path(&self) -> String {
        let first = |field: &FieldDescriptor| if field.is_list() { "[0]" } else { "" };
        let named = self.fields.iter().map(|field| format!("{}{}", field.name(), first(field)));
        named.collect::<Vec<_>>().join(".")
    }

    /// Puts a moment there, and as much around it as it needs.
    fn put(&self, message: &mut DynamicMessage, at: OffsetDateTime) {
        set(message, &self.fields, at);
    }
}

fn set(message: &mut DynamicMessage, fields: &[FieldDescriptor], at: OffsetDateTime) {
    let [field, rest @ ..] = fields else { return };
    let Kind::Message(kind) = field.kind() else { unreachable!("a date is a message") };
    let mut inner = match message.get_field(field).into_owned() {
        Value::Message(inner) if message.has_field(field) => inner,
        _ => DynamicMessage::new(kind.clone()),
    };
    if rest.is_empty() {
        inner = moment(&kind, at);
    } else {
        set(&mut inner, rest, at);
    }
    let value = Value::Message(inner);
    message.set_field(field, if field.is_list() { Value::List(vec![value]) } else { value });
}

fn moment(kind: &MessageDescriptor, at: OffsetDateTime) -> DynamicMessage {
    let mut moment = DynamicMessage::new(kind.clone());
    if is_date(kind) {
        moment.set_field_by_name("year", Value::I32(at.year()));
        moment.set_field_by_name("month", Value::I32(u8::from(at.month()).into()));
        moment.set_field_by_name("day", Value::I32(at.day().into()));
    } else {
        moment.set_field_by_name("seconds", Value::I64(at.unix_timestamp()));
    }
    moment
}

fn is_date(kind: &MessageDescriptor) -> bool {
    kind.full_name() == "google.type.Date"
}

fn may_lie_ahead(field: &FieldDescriptor) -> bool {
    let when = pool().get_extension_by_name("muster.common.v1.when").unwrap();
    let any = when.kind().as_enum().unwrap().get_value_by_name("WHEN_ANY").unwrap();
    QUESTIONS.contains(&field.name())
        || field.options().get_extension(&when).as_enum_number() == Some(any.number())
}

/// The dates and moments of a message that callers give.
fn places(kind: &MessageDescriptor, depth: usize) -> Vec<Place> {
    let mut found = Vec::new();
    for field in kind.fields().filter(|field| !is_output_only(field)) {
        let Kind::Message(inner) = field.kind() else { continue };
        let is_plan = may_lie_ahead(&field);
        if is_date(&inner) || inner.full_name() == "google.protobuf.Timestamp" {
            found.push(Place { fields: vec![field], is_plan });
            continue;
        }
        let holds = inner.full_name().starts_with("muster.") || inner.name() == "Interval";
        for place in if holds && 0 < depth { places(&inner, depth - 1) } else { Vec::new() } {
            let fields = [vec![field.clone()], place.fields].concat();
            found.push(Place { fields, is_plan: is_plan || place.is_plan });
        }
    }
    found
}

/// Every change but those that take away what could be updated, or close it.
fn changes() -> String {
    let ends = r#"\{ method = "(?:Delete|Approve|Publish|Cancel|Withdraw)\w+"[^{}]*\},?"#;
    Regex::new(ends).unwrap().replace_all(EVERY_CHANGE, "").into_owned()
}

/// The first good update of each method that updates.
fn good_updates(changes: &str) -> BTreeMap<String, DynamicMessage> {
    let scenario = Scenario::parse("every-change.toml", changes).unwrap();
    let calls = scenario.calls().iter().rev();
    let updates = calls.filter(|call| call.method.name().starts_with("Update"));
    updates.map(|call| (call.method.full_name().to_owned(), call.request.clone())).collect()
}

/// A request in which only the date is wrong: an update says that it sets the field that it is in,
/// and is otherwise good; of any other request the rest does not matter.
fn request(
    good: Option<&DynamicMessage>,
    kind: &MessageDescriptor,
    place: &Place,
    at: OffsetDateTime,
) -> DynamicMessage {
    let mut message = good.cloned().unwrap_or_else(|| DynamicMessage::new(kind.clone()));
    // The revision that it corrects is not the last one any more.
    message.clear_field_by_name("corrects_revision");
    message.clear_field_by_name("request_id");
    place.put(&mut message, at);
    if let ([_, field, ..], Some(mask)) = (&place.fields[..], kind.get_field_by_name("update_mask"))
    {
        let Kind::Message(mask_kind) = mask.kind() else { unreachable!("a mask is a message") };
        let mut value = DynamicMessage::new(mask_kind);
        let paths = vec![Value::String(field.name().to_owned())];
        value.set_field_by_name("paths", Value::List(paths));
        message.set_field(&mask, Value::Message(value));
    }
    message
}

fn says(refused: &Status, path: &str, rule: &str) -> bool {
    let details = details(refused);
    let violations = details.bad_request().map(|found| &found.field_violations[..]);
    let violations = violations.unwrap_or_default();
    violations.iter().any(|one| one.field == path && one.description.contains(rule))
}

#[tokio::test]
async fn every_date_that_tells_of_the_past_refuses_the_future() {
    let world = World::start().await;
    let changes = changes();
    world.load(&changes).await;
    let updates = good_updates(&changes);
    let (mut tried, mut plans) = (0, 0);
    for method in methods() {
        let good = updates.get(method.full_name());
        let is_update = method.name().starts_with("Update");
        assert_eq!(good.is_some(), is_update, "{} has no good request", method.full_name());
        for place in places(&method.input(), DEPTH) {
            let path = place.path();
            let is_date = place.fields.last().unwrap().kind().as_message().is_some_and(is_date);
            for (at, rule) in WRONG {
                // A plan lies ahead, but no date of it lies before our time; a read may ask for
                // any moment.
                if place.is_plan && (at.year() == 2099 || !is_date) {
                    plans += 1;
                    continue;
                }
                let message = request(good, &method.input(), &place, at);
                let refused = world.client.call(&method, Request::new(message)).await;
                let what = format!("{} with {path} in {}", method.full_name(), at.year());
                let refused = refused.expect_err(&what);
                assert_eq!(refused.code(), Code::InvalidArgument, "{what}: {refused:?}");
                let named = field_violations(&refused);
                let is_fixed = is_update && says(&refused, "update_mask", "is fixed once");
                assert!(is_fixed || says(&refused, &path, rule), "{what}: {named:?}");
                tried += 1;
            }
        }
    }
    assert!(200 < tried && 20 < plans, "only {tried} dates and {plans} plans");
}
