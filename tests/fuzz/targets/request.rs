//! Requests of every method: whatever can be decoded is either refused, with fields that exist,
//! or holds nothing that no field may hold.
//!
//! The first two bytes choose the message, by a hash of its name, so that a method that is added
//! leaves the inputs of the others what they were.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use muster_service::{Clock, field, rules};
use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The requests of all methods, each with the hash of its name.
static REQUESTS: LazyLock<Vec<(u16, MessageDescriptor)>> = LazyLock::new(|| {
    rules::prepare().expect("every rule is understood");
    let services =
        rules::pool().services().filter(|service| service.package_name().starts_with("muster."));
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.map(|method| (hash(method.input().full_name()), method.input())).collect()
});

fn hash(name: &str) -> u16 {
    name.bytes().fold(0x811c, |hash, byte| (hash ^ u16::from(byte)).wrapping_mul(0x0193))
}

/// What only the server sets is ignored in a request, whatever it says.

/// Holds a request that broke no rule against what holds for every field.
fn look(message: &DynamicMessage) {
    for (field, value) in message.fields().filter(|(field, _)| !rules::is_set_by_the_service(field))
    {
        match value {
            Value::List(items) => items.iter().for_each(|item| look_at(&field, item)),
            value => look_at(&field, value),
        }
    }
}

fn look_at(field: &FieldDescriptor, value: &Value) {
    let good = match value {
        Value::Message(inner) => {
            look(inner);
            true
        }
        Value::String(text) => {
            let breaks = |c: char| matches!(c, '\n' | '\r' | '\t');
            !text.chars().any(|c| c.is_control() && !breaks(c))
        }
        Value::F64(number) => number.is_finite(),
        Value::EnumNumber(number) => match field.kind() {
            Kind::Enum(values) => values.get_value(*number).is_some(),
            _ => false,
        },
        _ => true,
    };
    assert!(good, "{} is taken: {value:?}", field.full_name());
}

fuzz_target!(|bytes: &[u8]| {
    let [high, low, bytes @ ..] = bytes else { return };
    let wanted = u16::from_be_bytes([*high, *low]);
    let Some((_, kind)) = REQUESTS.iter().min_by_key(|(hash, _)| hash ^ wanted) else { return };
    let Ok(message) = DynamicMessage::decode(kind.clone(), bytes) else { return };
    let now = Clock::System.now();
    let violations = rules::violations(&message, now);
    assert!(violations.len() <= 20);
    for violation in &violations {
        assert!(field::exists(kind, violation.path()), "there is no field {:?}", violation.path());
        assert!(!violation.rule().is_empty());
    }
    // A client that repeats what was understood is answered the same.
    let again = DynamicMessage::decode(kind.clone(), message.encode_to_vec().as_slice());
    assert_eq!(rules::violations(&again.expect("it was encoded here"), now), violations);
    if violations.is_empty() {
        return look(&message);
    }
    let status: Status = field::refuse(&violations).into();
    assert_eq!(status.code(), Code::InvalidArgument);
    let named = status.get_details_bad_request().map(|details| details.field_violations.len());
    assert_eq!(named, Some(violations.len()));
});
