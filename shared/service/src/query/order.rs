//! Orders: in which order resources are asked for.

use std::cmp::Ordering;

use prost_reflect::{DynamicMessage, MessageDescriptor};

use super::{
    path::Path,
    scalar::{Scalar, Type},
};
use crate::FieldViolation;

/// An order such as `event_date desc, type`, known to name fields that can be compared. What is
/// absent comes before everything else.
#[derive(Clone, Debug)]
pub struct Order(Vec<Key>);

#[derive(Clone, Debug)]
struct Key {
    path: Path,
    is_descending: bool,
}

impl Order {
    pub fn parse(text: &str, resource: &MessageDescriptor) -> Result<Self, FieldViolation> {
        let read = |text: &str| {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (name, is_descending) = match words[..] {
                [name] => (name, false),
                [name, "desc"] => (name, true),
                _ => return Err(FieldViolation::new("must be fields, each with desc or nothing")),
            };
            let path = Path::resolve(name, resource)?;
            if path.is_repeated() || Type::of(path.last()).is_none() {
                return Err(FieldViolation::new(format!("names {name}, which has no order")));
            }
            Ok(Key { path, is_descending })
        };
        if text.trim().is_empty() {
            return Ok(Self(Vec::new()));
        }
        Ok(Self(text.split(',').map(read).collect::<Result<_, _>>()?))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn compare(&self, one: &DynamicMessage, other: &DynamicMessage) -> Ordering {
        let at = |path: &Path, message: &DynamicMessage| {
            path.values(message).first().and_then(|value| Scalar::of(value))
        };
        let compare = |key: &Key| {
            let (one, other) = (at(&key.path, one), at(&key.path, other));
            let ordering = match (&one, &other) {
                (Some(one), Some(other)) => one.compare(other).unwrap_or(Ordering::Equal),
                _ => one.is_some().cmp(&other.is_some()),
            };
            if key.is_descending { ordering.reverse() } else { ordering }
        };
        self.0.iter().map(compare).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}
