//! What a report is drafted from.

use muster_values::{Place, Stored};

use super::{Composed, Media};
use crate::domain::{
    situation::{Situation, SituationRequest},
    statement::Statement,
    timeline::Event,
};

/// What a caller says of a report; what is left empty is written from the records.
#[derive(Clone, Debug)]
pub struct NewReport {
    pub place: Place,
    pub asked: SituationRequest,
    pub written: Composed,
    pub media: Vec<Media>,
}

/// What a report is written from.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub situation: Situation,
    pub statements: Vec<Stored<Statement>>,
    /// The timeline of the period and the year before it.
    pub timeline: Vec<Stored<Event>>,
}
