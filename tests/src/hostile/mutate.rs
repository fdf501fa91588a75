//! Spoils good requests, field by field and byte by byte.

use fastrand::Rng;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};

use super::{junk, seeds::Seeds};

/// The most items that a list is blown up to.
const MOST_ITEMS: usize = 1100;

/// Spoils one field somewhere in a message.
pub fn field(message: &mut DynamicMessage, seeds: &Seeds, rng: &mut Rng) {
    let fields: Vec<FieldDescriptor> = message.descriptor().fields().collect();
    if fields.is_empty() {
        return;
    }
    let field = &fields[rng.usize(..fields.len())];
    if rng.u8(..12) == 0 {
        return message.clear_field(field);
    }
    if field.is_list() {
        let mut items = match message.get_field(field).into_owned() {
            Value::List(items) => items,
            _ => Vec::new(),
        };
        list(&mut items, field, seeds, rng);
        return message.set_field(field, Value::List(items));
    }
    if matches!(field.kind(), Kind::Message(_)) && message.has_field(field) && rng.u8(..5) != 0 {
        if let Value::Message(inner) = message.get_field_mut(field) {
            self::field(inner, seeds, rng);
        }
        return;
    }
    if let Some(value) = value(field, seeds, rng) {
        message.set_field(field, value);
    }
}

fn list(items: &mut Vec<Value>, field: &FieldDescriptor, seeds: &Seeds, rng: &mut Rng) {
    match (rng.u8(..6), items.is_empty()) {
        (0, _) => items.clear(),
        (1, false) => items.push(items[rng.usize(..items.len())].clone()),
        (2, false) if rng.u8(..8) == 0 => {
            let item = items[0].clone();
            items.resize(rng.usize(2..MOST_ITEMS), item);
        }
        (3, false) => rng.shuffle(items),
        (4, false) => {
            let place = rng.usize(..items.len());
            match &mut items[place] {
                Value::Message(inner) => self::field(inner, seeds, rng),
                other => *other = value(field, seeds, rng).unwrap_or(other.clone()),
            }
        }
        _ => items.extend(value(field, seeds, rng)),
    }
}

/// A value that a field does not expect.
fn value(field: &FieldDescriptor, seeds: &Seeds, rng: &mut Rng) -> Option<Value> {
    Some(match field.kind() {
        Kind::String if rng.u8(..4) == 0 => return seeds.value(field, rng, 0),
        Kind::String => Value::String(junk::text(rng)),
        Kind::Bytes => Value::Bytes(junk::text(rng).into_bytes().into()),
        Kind::Enum(_) if rng.bool() => Value::EnumNumber(junk::small_integer(rng)),
        Kind::Enum(_) => return seeds.value(field, rng, 0),
        Kind::Int32 => Value::I32(junk::small_integer(rng)),
        Kind::Int64 => Value::I64(junk::integer(rng)),
        Kind::Double => Value::F64(junk::float(rng)),
        Kind::Bool => Value::Bool(rng.bool()),
        Kind::Message(kind) => {
            let mut message = match rng.u8(..3) {
                0 => DynamicMessage::new(kind),
                _ => seeds.made(&kind, rng, 2),
            };
            if rng.bool() {
                self::field(&mut message, seeds, rng);
            }
            Value::Message(message)
        }
        _ => return None,
    })
}

/// Spoils the bytes of a message.
pub fn bytes(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..rng.usize(1..4) {
        let place = rng.usize(..=bytes.len());
        match rng.u8(..9) {
            0 if place < bytes.len() => bytes[place] ^= 1 << rng.u8(..8),
            1 if place < bytes.len() => bytes[place] = rng.u8(..),
            2 => bytes.truncate(place),
            3 => bytes.insert(place, rng.u8(..)),
            4 if place < bytes.len() => {
                bytes.remove(place);
            }
            // The same fields a second time: the last of each holds, lists grow.
            5 => bytes.extend_from_within(..place),
            // A text that is no UTF-8.
            6 => bytes.extend([0x0a, 4, b'a', 0xc3, 0x28, 0xff]),
            7 => bytes.extend(unknown(rng)),
            _ => bytes.extend(nested(rng)),
        }
    }
}

/// A field that no message has, or that lies about its length.
fn unknown(rng: &mut Rng) -> Vec<u8> {
    let mut field = Vec::new();
    let number = [0, 1, 77, 15_000, 19_500, 536_870_911][rng.usize(..6)];
    prost::encoding::encode_varint(number << 3 | u64::from(rng.u8(..8)), &mut field);
    prost::encoding::encode_varint([0, 3, 200, u64::MAX][rng.usize(..4)], &mut field);
    field.extend([1, 2, 3]);
    field
}

/// A message in a message in a message, each as the field of one number.
fn nested(rng: &mut Rng) -> Vec<u8> {
    let tag = rng.u8(1..8) << 3 | 2;
    let mut inner = Vec::new();
    for _ in 0..[3, 99, 101, 150][rng.usize(..4)] {
        let mut outer = vec![tag];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        outer.extend(inner);
        inner = outer;
    }
    inner
}

/// Takes away what makes a request a repetition.
pub fn clear_request_id(message: &mut DynamicMessage) {
    message.clear_field_by_name("request_id");
}

/// Gives a request that creates something an id of its own, so that some are accepted.
pub fn give_id(message: &mut DynamicMessage, rng: &mut Rng) {
    let kind = message.descriptor();
    let is_id =
        |field: &FieldDescriptor| field.name().ends_with("_id") && field.name() != "request_id";
    for field in kind.fields().filter(is_id) {
        // Few, so that what reads everything stays quick.
        message.set_field(&field, Value::String(format!("h{}", rng.u8(..12))));
    }
}
