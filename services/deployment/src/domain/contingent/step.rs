use muster_values::Collected;
use time::OffsetDateTime;

use super::{Refused, Standing, ready};
use crate::domain::{OutOfOrder, TooLate, mission::Stage, moment, readiness::Readiness};

/// One step of a contingent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContingentStep {
    pub from: Standing,
    pub to: Standing,
    pub effective_at: OffsetDateTime,
    pub note: String,
}

impl Collected for ContingentStep {
    const COLLECTION: &'static str = "contingents/steps";
}

impl ContingentStep {
    /// Whether it may lie at a moment: `before` and `after` are those of the steps around it.
    pub fn may_lie(
        at: OffsetDateTime,
        before: Option<OffsetDateTime>,
        after: Option<OffsetDateTime>,
    ) -> Result<(), Refused> {
        let field = "contingent_step.effective_time";
        if let Some(earliest) = before.filter(|earliest| at < *earliest) {
            return Err(OutOfOrder { field, earliest: moment(earliest) }.into());
        }
        match after {
            Some(latest) if latest < at => Err(TooLate { field, latest: moment(latest) }.into()),
            _ => Ok(()),
        }
    }

    /// Refuses a moment at which the checks that the step needs were not passed. One that goes on
    /// from a hold needs none.
    pub fn was_ready(&self, readiness: &Readiness) -> Result<(), Refused> {
        match (self.from, self.to) {
            (Standing::At(_), Standing::At(stage)) if stage.needs_checks() => {
                ready(readiness, stage, self.effective_at)
            }
            _ => Ok(()),
        }
    }
}
