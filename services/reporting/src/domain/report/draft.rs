//! Requests for a report, and the records that it is written from.

use muster_values::{Place, Stored};

use super::{Composed, Media};
use crate::domain::{
    situation::{Situation, SituationRequest},
    statement::Statement,
    timeline::Event,
};

/// The request for a report. The service writes from the records what the caller left empty.
#[derive(Clone, Debug)]
pub struct NewReport {
    pub place: Place,
    pub asked: SituationRequest,
    pub written: Composed,
    pub media: Vec<Media>,
}

/// The records that a report is written from, as they were when it was drafted.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub situation: Situation,
    pub statements: Vec<Stored<Statement>>,
    /// The timeline of the period and the year before it.
    pub timeline: Vec<Stored<Event>>,
}
