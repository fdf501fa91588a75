//! Reads the rules of each message out of its descriptor.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, Value};
use regex::Regex;

use super::pool;

/// A rule in the protos that this program does not understand.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{field} has the rule {rule}, which is not understood")]
pub struct UnknownRule {
    field: String,
    rule: String,
}

/// The rules of every message, by its full name.
pub type Plans = HashMap<String, MessagePlan>;

/// The rules of one message.
#[derive(Debug, Default)]
pub struct MessagePlan {
    pub fields: Vec<FieldPlan>,
    /// Oneofs of which one member must be set.
    pub required_oneofs: Vec<String>,
}

/// The rules of one field.
#[derive(Debug)]
pub struct FieldPlan {
    pub field: FieldDescriptor,
    pub required: bool,
    pub value: ValueRules,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub when: When,
}

/// Where in time a field may lie: `muster.common.v1.When`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    #[default]
    Past,
    /// The day after what has happened.
    End,
    Any,
}

/// What has at most so many characters is a line.
const LINE: u64 = 200;

/// The moments that any read may ask for.
const QUESTIONS: [&str; 3] = ["valid_time", "as_of_time", "recorded_by_time"];

/// What a single value must keep to.
#[derive(Debug, Default)]
pub struct ValueRules {
    pub min_len: Option<u64>,
    pub max_len: Option<u64>,
    pub pattern: Option<Regex>,
    /// A name or a title, which has no line breaks.
    pub one_line: bool,
    pub gte: Option<i64>,
    pub lte: Option<i64>,
    pub not_in: Vec<i32>,
}

/// The rules of all messages of ours.
pub fn all() -> &'static Result<Plans, UnknownRule> {
    static PLANS: LazyLock<Result<Plans, UnknownRule>> = LazyLock::new(|| {
        pool()
            .all_messages()
            .filter(|message| message.package_name().starts_with("muster."))
            .map(|message| Ok((message.full_name().to_owned(), read(&message)?)))
            .collect()
    });
    &PLANS
}

fn read(message: &MessageDescriptor) -> Result<MessagePlan, UnknownRule> {
    let mut plan = MessagePlan::default();
    for field in message.fields() {
        // What only the server sets is ignored in a request, whatever it says.
        if !is_set_by_the_service(&field) {
            plan.fields.push(field_plan(field)?);
        }
    }
    for oneof in message.oneofs() {
        if let Some(rules) = extension(&oneof.options(), "buf.validate.oneof")
            && flag(&rules, "required")
        {
            plan.required_oneofs.push(oneof.name().to_owned());
        }
    }
    Ok(plan)
}

/// Whether only the service sets a field of a resource.
pub fn is_set_by_the_service(field: &FieldDescriptor) -> bool {
    behaves(field, Behavior::OutputOnly) || behaves(field, Behavior::Identifier)
}

/// What `google.api.field_behavior` says of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behavior {
    /// Only the service sets it.
    OutputOnly = 3,
    /// It stays what it was from the beginning.
    Immutable = 5,
    /// It is the resource's name, which the service makes.
    Identifier = 8,
}

pub fn behaves(field: &FieldDescriptor, asked: Behavior) -> bool {
    let Some(behavior) = pool().get_extension_by_name("google.api.field_behavior") else {
        return false;
    };
    let options = field.options();
    let values = options.get_extension(&behavior);
    values.as_list().is_some_and(|values| {
        values.iter().any(|value| value.as_enum_number() == Some(asked as i32))
    })
}

/// Whether a field follows from other resources whenever its own is answered, and is not kept:
/// `muster.common.v1.computed`.
pub fn is_computed(field: &FieldDescriptor) -> bool {
    let extension = pool().get_extension_by_name("muster.common.v1.computed");
    extension.is_some_and(|computed| {
        field.options().get_extension(&computed).as_bool().unwrap_or_default()
    })
}

fn when(field: &FieldDescriptor) -> When {
    if QUESTIONS.contains(&field.name()) {
        return When::Any;
    }
    let Some(extension) = pool().get_extension_by_name("muster.common.v1.when") else {
        return When::Past;
    };
    match field.options().get_extension(&extension).as_enum_number() {
        Some(1) => When::End,
        Some(2) => When::Any,
        _ => When::Past,
    }
}

fn field_plan(field: FieldDescriptor) -> Result<FieldPlan, UnknownRule> {
    let when = when(&field);
    let mut plan = FieldPlan {
        field,
        required: false,
        value: ValueRules::default(),
        min_items: None,
        max_items: None,
        when,
    };
    let Some(rules) = extension(&plan.field.options(), "buf.validate.field") else {
        return Ok(plan);
    };
    for (rule, value) in rules.fields() {
        match (rule.name(), value) {
            ("required", value) => plan.required = value.as_bool().unwrap_or_default(),
            ("repeated", Value::Message(repeated)) => {
                for (rule, value) in repeated.fields() {
                    match (rule.name(), value) {
                        ("min_items", value) => plan.min_items = value.as_u64(),
                        ("max_items", value) => plan.max_items = value.as_u64(),
                        ("items", Value::Message(items)) => {
                            read_value_rules(&plan.field, items, &mut plan.value)?;
                        }
                        (rule, _) => return Err(unknown(&plan.field, rule)),
                    }
                }
            }
            ("string" | "int32" | "int64" | "enum", Value::Message(_)) => {
                read_value_rules(&plan.field, &rules, &mut plan.value)?;
            }
            (rule, _) => return Err(unknown(&plan.field, rule)),
        }
    }
    Ok(plan)
}

/// Reads the rules for a single value from `string`, `int32`, `int64` or `enum`.
fn read_value_rules(
    field: &FieldDescriptor,
    rules: &DynamicMessage,
    into: &mut ValueRules,
) -> Result<(), UnknownRule> {
    for (kind, typed) in rules.fields() {
        let Value::Message(typed) = typed else { continue };
        for (rule, value) in typed.fields() {
            match (kind.name(), rule.name()) {
                ("string", "min_len") => into.min_len = value.as_u64(),
                ("string", "max_len") => {
                    into.max_len = value.as_u64();
                    // The words of a source may go over the end of a line.
                    into.one_line = value.as_u64() <= Some(LINE) && field.name() != "as_written";
                }
                ("string", "pattern") => {
                    let text = value.as_str().unwrap_or_default();
                    into.pattern = Some(compiled(text).map_err(|_| unknown(field, text))?);
                }
                ("int32" | "int64", "gte") => into.gte = integer(value),
                ("int32" | "int64", "lte") => into.lte = integer(value),
                // Unknown enum values are refused everywhere, with or without this rule, and the
                // rules for a whole list are read elsewhere.
                ("enum", "defined_only") | ("repeated", _) => {}
                ("enum", "not_in") => {
                    let values = value.as_list().unwrap_or_default();
                    into.not_in = values.iter().filter_map(Value::as_i32).collect();
                }
                (_, rule) => return Err(unknown(field, rule)),
            }
        }
    }
    Ok(())
}

/// The same few patterns stand on most fields, and each takes as much memory as all their names.
fn compiled(pattern: &str) -> Result<Regex, regex::Error> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Ok(regex.clone());
    }
    let regex = Regex::new(pattern)?;
    known.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

fn extension(options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let extension = pool().get_extension_by_name(name)?;
    if !options.has_extension(&extension) {
        return None;
    }
    options.get_extension(&extension).as_message().cloned()
}

fn flag(rules: &DynamicMessage, name: &str) -> bool {
    rules.get_field_by_name(name).and_then(|value| value.as_bool()).unwrap_or_default()
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_i32().map(i64::from))
}

fn unknown(field: &FieldDescriptor, rule: &str) -> UnknownRule {
    UnknownRule { field: field.full_name().to_owned(), rule: rule.to_owned() }
}
