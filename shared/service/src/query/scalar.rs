//! Values that can be compared.

use std::cmp::Ordering;

use prost_reflect::{FieldDescriptor, Kind, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::FieldViolation;

/// The types of values that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Text,
    Whole,
    Real,
    Bool,
    Enum(prost_reflect::EnumDescriptor),
    Time,
    Date,
}

/// A value that can be compared with others of its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    Text(String),
    Whole(i128),
    Real(f64),
    Bool(bool),
    /// Seconds and nanoseconds since 1970.
    Time(i64, i64),
    /// Year, month and day. An unknown month or day of a resource is 0 and so counts as the
    /// first possible one; a filter's is absent, and then what it leaves open is not compared.
    Date(i64, Option<i64>, Option<i64>),
}

impl Type {
    /// The type of a field; `None` where its values have no order and no equality.
    pub fn of(field: &FieldDescriptor) -> Option<Self> {
        Some(match field.kind() {
            Kind::String => Self::Text,
            Kind::Double | Kind::Float => Self::Real,
            Kind::Bool => Self::Bool,
            Kind::Bytes => return None,
            Kind::Enum(words) => Self::Enum(words),
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => Self::Time,
                "google.type.Date" => Self::Date,
                _ => return None,
            },
            _ => Self::Whole,
        })
    }

    pub fn has_order(&self) -> bool {
        !matches!(self, Self::Bool | Self::Enum(_))
    }

    /// Reads a value of this type from a filter.
    pub fn read(&self, text: &str) -> Result<Scalar, FieldViolation> {
        let wrong = |rule: &str| FieldViolation::new(format!("has {text}, which is not {rule}"));
        match self {
            Self::Text => Ok(Scalar::Text(text.to_owned())),
            Self::Whole => text.parse().map(Scalar::Whole).map_err(|_| wrong("a whole number")),
            Self::Real => text
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(Scalar::Real)
                .ok_or_else(|| wrong("a number")),
            Self::Bool => text.parse().map(Scalar::Bool).map_err(|_| wrong("true or false")),
            Self::Enum(words) => words
                .get_value_by_name(text)
                .map(|word| Scalar::Whole(word.number().into()))
                .ok_or_else(|| {
                    let words: Vec<String> =
                        words.values().map(|word| word.name().to_owned()).collect();
                    wrong(&format!("one of {}", words.join(", ")))
                }),
            Self::Time => OffsetDateTime::parse(text, &Rfc3339)
                .map(|at| Scalar::Time(at.unix_timestamp(), at.nanosecond().into()))
                .map_err(|_| wrong("a moment such as \"2024-06-25T00:00:00Z\"")),
            Self::Date => date(text)
                .ok_or_else(|| wrong("a date such as \"2024-06-25\", \"2024-06\" or \"2024\"")),
        }
    }
}

fn date(text: &str) -> Option<Scalar> {
    let mut parts = text.split('-').map(|part| {
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<i64>().ok()).flatten()
    });
    let year = parts.next()??;
    let (month, day) = (parts.next(), parts.next());
    let is_part = |part: Option<Option<i64>>, most: i64| match part {
        None => true,
        Some(part) => part.is_some_and(|part| (1..=most).contains(&part)),
    };
    let is_good = (1..=9999).contains(&year)
        && is_part(month, 12)
        && is_part(day, 31)
        && parts.next().is_none();
    is_good.then(|| Scalar::Date(year, month.flatten(), day.flatten()))
}

impl Scalar {
    /// Reads a value of a message; `None` for one that cannot be compared.
    pub fn of(value: &Value) -> Option<Self> {
        let part = |name: &str| match value.as_message()?.get_field_by_name(name)?.as_ref() {
            Value::I32(number) => Some(i64::from(*number)),
            Value::I64(number) => Some(*number),
            _ => None,
        };
        Some(match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Bool(is) => Self::Bool(*is),
            Value::I32(number) | Value::EnumNumber(number) => Self::Whole((*number).into()),
            Value::I64(number) => Self::Whole((*number).into()),
            Value::U32(number) => Self::Whole((*number).into()),
            Value::U64(number) => Self::Whole((*number).into()),
            Value::F32(number) => Self::Real((*number).into()),
            Value::F64(number) => Self::Real(*number),
            Value::Message(_) => match (part("seconds"), part("nanos")) {
                (Some(seconds), Some(nanos)) => Self::Time(seconds, nanos),
                _ => Self::Date(part("year")?, Some(part("month")?), Some(part("day")?)),
            },
            _ => return None,
        })
    }

    /// Compares with another of the same type.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Whole(one), Self::Whole(other)) => one.cmp(other),
            (Self::Real(one), Self::Real(other)) => one.total_cmp(other),
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            (Self::Time(one, nanos), Self::Time(other, other_nanos)) => {
                (one, nanos).cmp(&(other, other_nanos))
            }
            (Self::Date(year, month, day), Self::Date(other_year, other_month, other_day)) => {
                let part = |one: &Option<i64>, other: &Option<i64>| match (one, other) {
                    (Some(one), Some(other)) => one.cmp(other),
                    _ => Ordering::Equal,
                };
                year.cmp(other_year)
                    .then_with(|| part(month, other_month))
                    .then_with(|| part(day, other_day))
            }
            _ => return None,
        })
    }
}
