use muster_values::{Collected, Source};
use time::OffsetDateTime;

use super::mission::{CheckType, Requirement, Stage};

/// One look at whether a contingent is fit to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadinessCheck {
    pub kind: CheckType,
    pub passed: bool,
    pub checked_at: OffsetDateTime,
    pub place: String,
    pub official: String,
    pub note: String,
    pub sources: Vec<Source>,
}

impl Collected for ReadinessCheck {
    const COLLECTION: &'static str = "contingents/readinessChecks";
}

/// The checks that a mission requires of a contingent, and the outcomes of those that were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readiness {
    pub requirements: Vec<Requirement>,
    /// Oldest first.
    pub outcomes: Vec<Outcome>,
}

/// The outcome of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub kind: CheckType,
    pub passed: bool,
    pub checked_at: OffsetDateTime,
}

impl Readiness {
    /// Which of the checks that are asked for to enter a stage are not passed at a moment: the last
    /// check of each type by then is the one that counts.
    pub fn missing(&self, stage: Stage, at: OffsetDateTime) -> Vec<CheckType> {
        let passed = |kind| {
            let by_then = |outcome: &&Outcome| outcome.kind == kind && outcome.checked_at <= at;
            self.outcomes.iter().rfind(by_then).is_some_and(|outcome| outcome.passed)
        };
        let mut missing: Vec<_> = (self.requirements.iter())
            .filter(|requirement| stage.is_at_or_after(requirement.stage))
            .map(|requirement| requirement.check)
            .filter(|kind| !passed(*kind))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    #[test]
    fn the_last_check_by_then_counts() {
        let day = datetime!(2024-06-01 0:00 UTC);
        let later = day + Duration::DAY;
        let kind = CheckType::Medical;
        let outcome = |passed, checked_at| Outcome { kind, passed, checked_at };
        let readiness = Readiness {
            requirements: vec![Requirement { stage: Stage::Vetted, check: kind }],
            outcomes: vec![outcome(true, day), outcome(false, later)],
        };
        assert!(readiness.missing(Stage::Vetted, day).is_empty());
        assert_eq!(readiness.missing(Stage::Ready, later), [kind]);
        assert_eq!(readiness.missing(Stage::Vetted, day - Duration::SECOND), [kind]);
        assert!(readiness.missing(Stage::Trained, later).is_empty());
    }
}
