//! Which request field breaks which rule.

use std::fmt;

use muster_values::{date::NoDate, name::BadName, zone::NoZone};
use prost_reflect::{Kind, MessageDescriptor};
use tonic::Status;

use crate::status::{Reason, Refusal};

/// A request field that breaks a rule, with the path that leads to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {rule}")]
pub struct FieldViolation {
    path: String,
    rule: String,
}

/// Says which field a failed conversion was about.
pub trait AtField<T> {
    fn at(self, field: &str) -> Result<T, FieldViolation>;
    fn at_index(self, field: &str, index: usize) -> Result<T, FieldViolation>;
}

/// Turns an absent message field into a violation.
pub trait Required<T> {
    fn required(self) -> Result<T, FieldViolation>;
}

impl FieldViolation {
    pub fn new(rule: impl fmt::Display) -> Self {
        Self { path: String::new(), rule: rule.to_string() }
    }

    /// Puts a parent before the path so far.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => parent.to_owned(),
            path => format!("{parent}.{path}"),
        };
        self
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl From<NoDate> for FieldViolation {
    fn from(err: NoDate) -> Self {
        Self::new(err)
    }
}

impl From<NoZone> for FieldViolation {
    fn from(err: NoZone) -> Self {
        Self::new(err)
    }
}

impl From<BadName> for FieldViolation {
    fn from(err: BadName) -> Self {
        Self::new(err)
    }
}

impl<T, E: Into<FieldViolation>> AtField<T> for Result<T, E> {
    fn at(self, field: &str) -> Result<T, FieldViolation> {
        self.map_err(|err| err.into().under(field))
    }

    fn at_index(self, field: &str, index: usize) -> Result<T, FieldViolation> {
        self.map_err(|err| err.into().under(&format!("{field}[{index}]")))
    }
}

impl<T> Required<T> for Option<T> {
    fn required(self) -> Result<T, FieldViolation> {
        self.ok_or_else(|| FieldViolation::new("is required"))
    }
}

/// One refusal that names every violation.
pub fn refuse(violations: &[FieldViolation]) -> Refusal {
    let sentence: Vec<String> =
        violations.iter().map(|broken| format!("{} {}", broken.path, broken.rule)).collect();
    let refusal = Refusal::new(Reason::FieldInvalid, sentence.join("; "));
    violations.iter().fold(refusal, |refusal, broken| refusal.violation(&broken.path, &broken.rule))
}

impl From<FieldViolation> for Refusal {
    fn from(violation: FieldViolation) -> Self {
        refuse(&[violation])
    }
}

impl From<FieldViolation> for Status {
    fn from(violation: FieldViolation) -> Self {
        refuse(&[violation]).into()
    }
}

/// Whether a path such as `pledge.sources[2].uri` leads from a message to a field or a oneof.
pub fn exists(message: &MessageDescriptor, path: &str) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let name = first.split_once('[').map_or(first, |(name, _)| name);
    match message.get_field_by_name(name).map(|field| field.kind()) {
        Some(Kind::Message(inner)) if !rest.is_empty() => exists(&inner, rest),
        Some(_) => rest.is_empty(),
        None => rest.is_empty() && message.oneofs().any(|oneof| oneof.name() == name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nested_violation_names_the_whole_path() {
        let inner: Result<(), _> = None.required().at("size");
        let violation = inner.at_index("pledges", 2).at("mission").unwrap_err();
        assert_eq!(violation.path(), "mission.pledges[2].size");
        assert_eq!(Status::from(violation).message(), "mission.pledges[2].size is required");
    }
}
