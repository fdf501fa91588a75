//! Holds a message against its rules.

use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value};

use super::{
    moments::{Moments, moment},
    plan::{FieldPlan, Plans, ValueRules, When},
};
use crate::FieldViolation;

/// What a message is held against: the rules of all messages, the present, and where in time the
/// field that it stands in may lie.
#[derive(Clone, Copy)]
pub struct Against<'p> {
    pub plans: &'p Plans,
    pub moments: Moments,
    pub when: When,
}

/// Adds every violation in a message, in the order of its fields.
pub fn message(against: Against, message: &DynamicMessage, found: &mut Vec<FieldViolation>) {
    let descriptor = message.descriptor();
    let name = descriptor.full_name();
    let Some(plan) = against.plans.get(name) else {
        return well_known(against, name, message, found);
    };
    for field in &plan.fields {
        self::field(against, field, message, found);
    }
    for oneof in &plan.required_oneofs {
        let members = descriptor.oneofs().find(|candidate| candidate.name() == oneof);
        let set =
            members.is_some_and(|oneof| oneof.fields().any(|field| message.has_field(&field)));
        if !set {
            found.push(FieldViolation::new("is required").under(oneof));
        }
    }
}

fn field(
    against: Against,
    plan: &FieldPlan,
    message: &DynamicMessage,
    found: &mut Vec<FieldViolation>,
) {
    let name = plan.field.name();
    if !message.has_field(&plan.field) {
        if plan.required {
            found.push(FieldViolation::new("is required").under(name));
        } else if plan.field.supports_presence() {
            return;
        }
    }
    let value = message.get_field(&plan.field);
    if let Value::List(items) = value.as_ref() {
        let count = items.len() as u64;
        if plan.min_items.is_some_and(|least| count < least) {
            let least = plan.min_items.unwrap_or_default();
            found
                .push(FieldViolation::new(format!("must have at least {least} items")).under(name));
        }
        if let Some(most) = plan.max_items.filter(|most| *most < count) {
            found.push(FieldViolation::new(format!("must have at most {most} items")).under(name));
            return;
        }
        for (index, item) in items.iter().enumerate() {
            under(&format!("{name}[{index}]"), found, |found| one(against, plan, item, found));
        }
    } else if !plan.required || message.has_field(&plan.field) {
        under(name, found, |found| one(against, plan, value.as_ref(), found));
    }
}

/// Adds violations of one value, without a path of their own.
fn one(against: Against, plan: &FieldPlan, value: &Value, found: &mut Vec<FieldViolation>) {
    let broken = match value {
        Value::Message(inner) => {
            // A period that may be planned has ends that may lie ahead.
            let when = if against.when == When::Any { When::Any } else { plan.when };
            return message(Against { when, ..against }, inner, found);
        }
        Value::String(text) => string(&plan.value, text),
        Value::I32(number) => integer(&plan.value, i64::from(*number)),
        Value::I64(number) => integer(&plan.value, *number),
        Value::EnumNumber(number) => enumeration(plan, *number),
        Value::F64(number) if !number.is_finite() => Some("must be a finite number".to_owned()),
        _ => None,
    };
    found.extend(broken.map(FieldViolation::new));
}

fn string(rules: &ValueRules, text: &str) -> Option<String> {
    let length = text.chars().count() as u64;
    let said = if text.chars().any(is_seen) { length } else { 0 };
    if let Some(least) = rules.min_len.filter(|least| said < *least) {
        return Some(match least {
            1 => "is required".to_owned(),
            least => format!("must have at least {least} characters"),
        });
    }
    if let Some(most) = rules.max_len.filter(|most| *most < length) {
        return Some(format!("must have at most {most} characters"));
    }
    if text.chars().any(is_forbidden) {
        return Some("must not have control characters".to_owned());
    }
    if rules.one_line && text.contains(['\n', '\r', '\t']) {
        return Some("must be one line".to_owned());
    }
    match &rules.pattern {
        Some(pattern) if !pattern.is_match(text) => Some(format!("must match {pattern}")),
        _ => None,
    }
}

/// Whether there is anything to read: blanks, byte order marks and what joins or separates letters
/// without a width say nothing.
fn is_seen(c: char) -> bool {
    let joins = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    !joins && !c.is_whitespace() && !c.is_control()
}

/// Control characters, NUL and byte order marks among them, separators that look like line breaks,
/// and those that turn the direction of text around so that it reads as something else; line breaks
/// and tabs are fine in what is longer than a line.
fn is_forbidden(c: char) -> bool {
    let turns = matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c == '\u{feff}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn integer(rules: &ValueRules, number: i64) -> Option<String> {
    if let Some(least) = rules.gte.filter(|least| number < *least) {
        return Some(format!("must be at least {least}"));
    }
    let most = rules.lte.filter(|most| *most < number)?;
    Some(format!("must be at most {most}"))
}

fn enumeration(plan: &FieldPlan, number: i32) -> Option<String> {
    let Kind::Enum(descriptor) = plan.field.kind() else { return None };
    if descriptor.get_value(number).is_none() {
        return Some(format!("{number} is no value of {}", descriptor.name()));
    }
    match plan.value.not_in.contains(&number) {
        true if number == 0 => Some("is required".to_owned()),
        true => Some("has a value that is not allowed here".to_owned()),
        false => None,
    }
}

/// Messages of others that carry no rules of their own.
fn well_known(
    against: Against,
    name: &str,
    message: &DynamicMessage,
    found: &mut Vec<FieldViolation>,
) {
    let number = |field: &str| {
        message.get_field_by_name(field).and_then(|value| value.as_f64()).unwrap_or_default()
    };
    match name {
        "google.type.LatLng" => {
            if !(-90.0..=90.0).contains(&number("latitude")) {
                let rule = "must be between -90 and 90 degrees";
                found.push(FieldViolation::new(rule).under("latitude"));
            }
            if !(-180.0..=180.0).contains(&number("longitude")) {
                let rule = "must be between -180 and 180 degrees";
                found.push(FieldViolation::new(rule).under("longitude"));
            }
        }
        "google.protobuf.Timestamp" | "google.type.Date" => {
            let broken = moment(against.moments, against.when, name, message);
            found.extend(broken.map(FieldViolation::new));
        }
        "google.type.Interval" => {
            for end in message.descriptor().fields() {
                if let Value::Message(inner) = message.get_field(&end).as_ref()
                    && message.has_field(&end)
                {
                    let kind = inner.descriptor().full_name().to_owned();
                    under(end.name(), found, |found| well_known(against, &kind, inner, found));
                }
            }
        }
        _ => {}
    }
}

/// Puts a field's name before the paths of everything that is found in it.
fn under(name: &str, found: &mut Vec<FieldViolation>, look: impl FnOnce(&mut Vec<FieldViolation>)) {
    let before = found.len();
    look(found);
    for violation in &mut found[before..] {
        *violation = violation.clone().under(name);
    }
}
