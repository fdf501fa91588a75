//! What is known of what happens to people, and what may be said of it. Nothing here waits,
//! stores or speaks gRPC; time is an argument.

pub mod incident;
pub mod parts;
pub mod figure;
pub mod assessment;
pub mod statement;
pub mod timeline;
pub mod deployment;
pub mod link;
pub mod situation;
pub mod report;

/// A state that does not allow what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {state}; this needs {allowed}")]
pub struct StateForbids {
    pub what: String,
    pub state: &'static str,
    /// The states that would allow it, in words.
    pub allowed: &'static str,
}
