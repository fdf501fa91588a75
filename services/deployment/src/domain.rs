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
pub mod strength;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A state that does not allow what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {state}; this needs {allowed}")]
pub struct StateForbids {
    pub what: String,
    pub state: &'static str,
    /// The states that would allow it, in words.
    pub allowed: &'static str,
}

/// A time or day that lies before one that must come first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must not be before {earliest}")]
pub struct OutOfOrder {
    pub field: &'static str,
    pub earliest: String,
}

/// A moment as callers read it.
pub fn moment(at: OffsetDateTime) -> String {
    // A year that RFC 3339 cannot write is no year that a caller can send.
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}
