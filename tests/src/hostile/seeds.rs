//! Requests that are good, to be spoilt: those of a scenario, and for every other method one that
//! is made of what the scenario says.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use muster::scenario::Scenario;
use muster_service::{Clock, rules};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, ReflectMessage,
    Value,
};

/// Every method of both services.
pub fn methods() -> Vec<MethodDescriptor> {
    let services =
        rules::pool().services().filter(|service| service.package_name().starts_with("muster."));
    services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// Good requests of one mission.
#[derive(Clone, Debug)]
pub struct Seeds {
    requests: BTreeMap<String, Vec<DynamicMessage>>,
    /// What each text field takes, of all that the scenario says.
    words: BTreeMap<String, Vec<String>>,
}

impl Seeds {
    /// Reads a scenario's requests, and finds out which of its words each field takes.
    pub fn of(scenario: &Scenario) -> Self {
        let mut requests: BTreeMap<String, Vec<DynamicMessage>> = BTreeMap::new();
        let mut said = BTreeSet::new();
        for call in scenario.calls() {
            collect(&call.request, &mut said);
            said.insert(call.name.clone());
            // The service names these itself; no scenario does.
            if call.name.contains("/contingents/") {
                said.insert(format!("{}/headcountEntries/entry", call.name));
            }
            requests
                .entry(call.method.full_name().to_owned())
                .or_default()
                .push(call.request.clone());
        }
        let mut words = BTreeMap::new();
        for method in methods() {
            learn(&method.input(), &said, &mut words);
        }
        Self { requests, words }
    }

    /// The same for a mission of another id.
    #[must_use]
    pub fn moved(&self, from: &str, to: &str) -> Self {
        let (old, new) = (format!("missions/{from}"), format!("missions/{to}"));
        let rename = |text: &str| match text.strip_prefix(&old) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{new}{rest}"),
            _ => text.to_owned(),
        };
        let mut moved = self.clone();
        for request in moved.requests.values_mut().flatten() {
            each_text(request, &mut |text| *text = rename(text));
        }
        for word in moved.words.values_mut().flatten() {
            *word = rename(word);
        }
        moved
    }

    /// A good request, or as near to one as can be told from the descriptors.
    pub fn good(&self, method: &MethodDescriptor, rng: &mut Rng) -> DynamicMessage {
        match self.requests.get(method.full_name()) {
            Some(known) => known[rng.usize(..known.len())].clone(),
            None => self.made(&method.input(), rng, 3),
        }
    }

    /// Whether the scenario has a request of this method.
    pub fn knows(&self, method: &MethodDescriptor) -> bool {
        self.requests.contains_key(method.full_name())
    }

    /// A message made of its descriptor.
    pub fn made(&self, kind: &MessageDescriptor, rng: &mut Rng, depth: usize) -> DynamicMessage {
        let mut message = DynamicMessage::new(kind.clone());
        for field in kind.fields() {
            let chosen = field.containing_oneof().is_none_or(|oneof| {
                oneof.fields().nth(rng.usize(..oneof.fields().count())).as_ref() == Some(&field)
            });
            if let Some(value) = chosen.then(|| self.value(&field, rng, depth)).flatten() {
                let value = if field.is_list() { Value::List(vec![value]) } else { value };
                message.set_field(&field, value);
            }
        }
        message
    }

    /// A value that a field takes; `None` where it is better left out.
    pub fn value(&self, field: &FieldDescriptor, rng: &mut Rng, depth: usize) -> Option<Value> {
        Some(match field.kind() {
            Kind::String => {
                let words = self.words.get(field.full_name()).filter(|words| !words.is_empty())?;
                // A page of another list, a request id of another call: spoilt later.
                let optional = ["page_token", "request_id", "etag", "epoch", "filter", "order_by"];
                if optional.contains(&field.name()) && rng.u8(..8) != 0 {
                    return None;
                }
                Value::String(words[rng.usize(..words.len())].clone())
            }
            Kind::Enum(values) => {
                let count = values.values().count();
                Value::EnumNumber(values.values().nth(rng.usize(..count))?.number())
            }
            Kind::Message(kind) => match kind.full_name() {
                "google.protobuf.Timestamp" => {
                    let mut time = DynamicMessage::new(kind.clone());
                    let seconds = 1_704_067_200 + rng.i64(0..80_000_000);
                    time.set_field_by_name("seconds", Value::I64(seconds));
                    Value::Message(time)
                }
                "google.type.Date" => {
                    let mut date = DynamicMessage::new(kind.clone());
                    date.set_field_by_name("year", Value::I32(rng.i32(2022..2026)));
                    date.set_field_by_name("month", Value::I32(rng.i32(1..13)));
                    date.set_field_by_name("day", Value::I32(rng.i32(1..29)));
                    Value::Message(date)
                }
                _ if 0 < depth => Value::Message(self.made(&kind, rng, depth - 1)),
                _ => return None,
            },
            Kind::Int32 => Value::I32(rng.i32(0..300)),
            Kind::Int64 => Value::I64(rng.i64(0..300)),
            Kind::Double => Value::F64(rng.f64() * 90.0),
            Kind::Bool => Value::Bool(rng.bool()),
            _ => return None,
        })
    }
}

/// Finds what each text field of a message takes.
fn learn(
    kind: &MessageDescriptor,
    said: &BTreeSet<String>,
    words: &mut BTreeMap<String, Vec<String>>,
) {
    for field in kind.fields() {
        match field.kind() {
            Kind::String if !words.contains_key(field.full_name()) => {
                let takes = |word: &&String| {
                    let mut message = DynamicMessage::new(kind.clone());
                    let text = Value::String((*word).clone());
                    let value = if field.is_list() { Value::List(vec![text]) } else { text };
                    message.set_field(&field, value);
                    rules::violations(&message, Clock::System.now())
                        .iter()
                        .all(|violation| !violation.path().starts_with(field.name()))
                };
                let taken = said.iter().filter(takes).cloned().collect();
                words.insert(field.full_name().to_owned(), taken);
            }
            Kind::Message(inner) if inner.full_name() != kind.full_name() => {
                learn(&inner, said, words);
            }
            _ => {}
        }
    }
}

fn collect(message: &DynamicMessage, said: &mut BTreeSet<String>) {
    each_text(&mut message.clone(), &mut |text| {
        said.insert(text.clone());
    });
}

/// Visits every text in a message.
fn each_text(message: &mut DynamicMessage, visit: &mut dyn FnMut(&mut String)) {
    for field in message.descriptor().fields() {
        if message.has_field(&field) {
            each_text_in(message.get_field_mut(&field), visit);
        }
    }
}

fn each_text_in(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => visit(text),
        Value::Message(inner) => each_text(inner, visit),
        Value::List(items) => items.iter_mut().for_each(|item| each_text_in(item, visit)),
        _ => {}
    }
}
