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

    /// Whether a movement caused it at this moment, by its departure.
    pub fn is_of_departure(&self, movement: &str, at: OffsetDateTime) -> bool {
        let leads = matches!(self.to, Standing::At(Stage::Deploying | Stage::Rotating));
        leads && self.is_caused_by(movement, at)
    }

    /// Whether a movement caused it at this moment, by an arrival.
    pub fn is_of_arrival(&self, movement: &str, at: OffsetDateTime) -> bool {
        let leads = matches!(self.to, Standing::At(Stage::Deployed | Stage::Repatriated));
        leads && self.is_caused_by(movement, at)
    }

    /// A step that a movement causes has the movement's name as its note.
    fn is_caused_by(&self, movement: &str, at: OffsetDateTime) -> bool {
        self.note == movement && self.effective_at == at
    }

    /// Puts it where what caused it happened, but not before the step before it nor after the next.
    pub fn follow_cause(
        &mut self,
        happened_at: OffsetDateTime,
        before: Option<OffsetDateTime>,
        after: Option<OffsetDateTime>,
    ) {
        let at = after.map_or(happened_at, |after| happened_at.min(after));
        self.effective_at = before.map_or(at, |before| at.max(before));
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
