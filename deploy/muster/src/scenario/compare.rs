//! Compares a resource in a scenario file with the same resource in a service, field by field.

use std::fmt;

use muster_service::wire;
use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, Value};
use prost_types::Timestamp;
use time::format_description::well_known::Rfc3339;

/// A field in which a file and a service differ.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldDifference {
    /// The field's path, such as `sources[0].excerpt`.
    pub field: String,
    pub file: String,
    pub there: String,
}

/// The fields that the file sets and that are otherwise there. What the file leaves out is the
/// service's to fill in, and no difference.
pub fn differences(file: &DynamicMessage, there: &DynamicMessage) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    messages("", file, there, &mut found);
    found
}

fn messages(
    path: &str,
    file: &DynamicMessage,
    there: &DynamicMessage,
    found: &mut Vec<FieldDifference>,
) {
    for (field, value) in file.fields() {
        let path = join(path, field.name());
        // A field that is not set there has its default, as an absent number is 0.
        match there.descriptor().get_field_by_name(field.name()) {
            Some(same) if there.has_field(&same) || !same.supports_presence() => {
                values(&path, &field, (value, &there.get_field(&same)), found);
            }
            _ => found.push(difference(path, say(&field, value), "nothing".to_owned())),
        }
    }
}

fn values(
    path: &str,
    field: &FieldDescriptor,
    (file, there): (&Value, &Value),
    found: &mut Vec<FieldDifference>,
) {
    match (file, there) {
        (Value::Message(file), Value::Message(there)) if !is_whole(file) => {
            messages(path, file, there, found);
        }
        (Value::List(file), Value::List(there)) if file.len() == there.len() => {
            for (index, (file, there)) in file.iter().zip(there).enumerate() {
                values(&format!("{path}[{index}]"), field, (file, there), found);
            }
        }
        (file, there) if file == there => {}
        (Value::List(file), Value::List(there)) => {
            let count = |items: &[Value]| format!("{} entries", items.len());
            found.push(difference(path.to_owned(), count(file), count(there)));
        }
        (file, there) => {
            found.push(difference(path.to_owned(), say(field, file), say(field, there)));
        }
    }
}

/// Whether a message is one value to whoever reads it.
fn is_whole(message: &DynamicMessage) -> bool {
    matches!(message.descriptor().full_name(), "google.protobuf.Timestamp" | "google.type.Date")
}

/// A number is known by what its source wrote, so that part goes without a name of its own.
fn join(path: &str, field: &str) -> String {
    match (path, field) {
        ("", field) => field.to_owned(),
        (path, "as_written") => path.to_owned(),
        (path, field) => format!("{path}.{field}"),
    }
}

fn difference(field: String, file: String, there: String) -> FieldDifference {
    FieldDifference { field, file, there }
}

/// A value in one line.
pub fn say(field: &FieldDescriptor, value: &Value) -> String {
    let word = |number| Some(field.kind().as_enum()?.get_value(number)?.name().to_owned());
    match value {
        Value::String(text) if text.is_empty() => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Message(message) => say_message(message),
        Value::Bool(value) => value.to_string(),
        Value::EnumNumber(value) => word(*value).unwrap_or_else(|| value.to_string()),
        Value::I32(value) => value.to_string(),
        Value::I64(value) => value.to_string(),
        Value::F64(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

fn say_message(message: &DynamicMessage) -> String {
    let moment =
        || wire::time(message.transcode_to::<Timestamp>().ok()?).ok()?.format(&Rfc3339).ok();
    let date = || {
        let date = message.transcode_to::<muster_proto::google::r#type::Date>().ok()?;
        Some(wire::partial_date(date).ok()?.to_string())
    };
    let said = match message.descriptor().full_name() {
        "google.protobuf.Timestamp" => moment(),
        "google.type.Date" => date(),
        _ => None,
    };
    said.or_else(|| serde_json::to_string(message).ok()).unwrap_or_default()
}

impl fmt::Display for FieldDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, file, there } = self;
        write!(f, "{field}: {file} in the file, {there} there")
    }
}

#[cfg(test)]
mod tests {
    use muster_service::rules;

    use super::*;

    fn figure(json: &str) -> DynamicMessage {
        let kind = rules::message("muster.reporting.v1.Figure").unwrap();
        DynamicMessage::deserialize(kind, &mut serde_json::Deserializer::from_str(json)).unwrap()
    }

    fn said(file: &str, there: &str) -> Vec<String> {
        differences(&figure(file), &figure(there)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_service_fills_in_is_no_difference() {
        let there = r#"{"name": "f", "etag": "e", "quantity": {"asWritten": "5", "atLeast": "5"}}"#;
        assert!(said(r#"{"quantity": {"asWritten": "5"}}"#, there).is_empty());
    }

    #[test]
    fn each_field_that_differs_is_named_with_both_values() {
        let file = r#"{"quantity": {"asWritten": "5"}, "note": "n", "areaCode": "HT",
            "source": {"publisher": "UN", "publicationDate": {"year": 2024, "month": 6}}}"#;
        let there = r#"{"quantity": {"asWritten": "6"}, "areaCode": "HT",
            "source": {"publisher": "UN", "publicationDate": {"year": 2024, "month": 7}}}"#;
        assert_eq!(
            said(file, there),
            [
                "quantity: 5 in the file, 6 there",
                "source.publication_date: 2024-06 in the file, 2024-07 there",
                "note: n in the file, nothing there",
            ]
        );
    }
}
