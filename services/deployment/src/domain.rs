//! What things are and may become. Nothing here waits, stores or speaks gRPC; time is an
//! argument.

pub mod mission;
pub mod area;
pub mod partner;
pub mod mandate;
pub mod pledge;
pub mod readiness;
pub mod headcount;
pub mod contingent;
pub mod movement;
pub mod site;
pub mod claim;

#[cfg(test)]
mod transitions;

use std::borrow::Cow;

pub use muster_values::date::moment;

/// A state that does not allow what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {state}; this needs {allowed}")]
pub struct StateForbids {
    pub what: String,
    pub state: &'static str,
    /// The states that would allow it, in words.
    pub allowed: Cow<'static, str>,
}

/// A time that lies after one that must come later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must not be after {latest}")]
pub struct TooLate {
    pub field: &'static str,
    pub latest: String,
}

/// A time or day that lies before one that must come first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must not be before {earliest}")]
pub struct OutOfOrder {
    pub field: &'static str,
    pub earliest: String,
}
