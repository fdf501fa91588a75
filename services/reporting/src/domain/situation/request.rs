//! Requests for a situation and for the records behind its numbers.

use muster_values::{AsOf, MissionId, Period};
use time::OffsetDateTime;

use super::{Counted, Metric, Part};

/// What a caller asks of a mission.
#[derive(Clone, Debug)]
pub struct SituationRequest {
    pub mission: MissionId,
    pub area: String,
    pub period: Period,
    /// `None` for now.
    pub valid_at: Option<OffsetDateTime>,
    pub as_of: AsOf,
}

/// Which records of a situation a caller asks for.
#[derive(Clone, Copy, Debug)]
pub struct RecordsRequest {
    pub behind: Behind,
    pub part: RecordPart,
}

/// The number that records are behind.
#[derive(Clone, Copy, Debug)]
pub enum Behind {
    Figures(Metric),
    Incidents(Counted),
}

/// What records are to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordPart {
    Included,
    Possible,
    Excluded,
}

impl RecordPart {
    pub fn is(self, part: &Part) -> bool {
        self == match part {
            Part::Included(_) => Self::Included,
            Part::Possible(_) => Self::Possible,
            Part::Excluded(_) => Self::Excluded,
        }
    }
}
