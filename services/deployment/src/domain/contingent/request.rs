//! Requests that change a contingent.

use muster_values::Place;
use time::OffsetDateTime;

use super::{Contingent, Stage};

/// A step that a caller asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRequest {
    Advance(Stage),
    Hold,
    Resume,
    Withdraw,
    Cancel,
}

impl StepRequest {
    /// Whether people change accounts by it, so that the ledger has to be read.
    pub fn moves_people(self) -> bool {
        match self {
            Self::Advance(to) => Contingent::moved_by(to).is_some(),
            Self::Hold | Self::Resume => false,
            Self::Withdraw | Self::Cancel => true,
        }
    }
}

/// Which contingent a change is for, and what its caller knows and says.
#[derive(Clone, Debug)]
pub struct ContingentChange {
    pub place: Place,
    pub etag: String,
    pub effective_at: OffsetDateTime,
    pub note: String,
}
