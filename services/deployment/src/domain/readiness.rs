use muster_values::{Collected, Source, Stored};
use time::OffsetDateTime;

use super::mission::CheckType;

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

/// Which of the required checks are not passed at a moment: the last check of each type by
/// then is the one that counts.
pub fn missing(
    required: &[CheckType],
    checks: &[Stored<ReadinessCheck>],
    at: OffsetDateTime,
) -> Vec<CheckType> {
    let passed = |kind: CheckType| {
        (checks.iter())
            .filter(|check| check.kind == kind && check.checked_at <= at)
            .max_by_key(|check| (check.checked_at, check.created_at))
            .is_some_and(|check| check.passed)
    };
    required.iter().copied().filter(|kind| !passed(*kind)).collect()
}

#[cfg(test)]
pub mod tests {
    use muster_values::{Id, MissionId, Place};
    use time::{Duration, macros::datetime};

    use super::*;

    pub fn check(
        kind: CheckType,
        passed: bool,
        checked_at: OffsetDateTime,
    ) -> Stored<ReadinessCheck> {
        let check = ReadinessCheck {
            kind,
            passed,
            checked_at,
            place: String::new(),
            official: String::new(),
            note: String::new(),
            sources: Vec::new(),
        };
        let place = Place {
            outer: Some(Id::trusted("ken-1")),
            ..Place::new(MissionId::trusted("haiti"), Id::trusted("check"))
        };
        Stored::new(place, check, checked_at)
    }

    #[test]
    fn the_last_check_by_then_counts() {
        let day = datetime!(2024-06-01 0:00 UTC);
        let later = day + Duration::DAY;
        let checks =
            [check(CheckType::Medical, true, day), check(CheckType::Medical, false, later)];
        let required = [CheckType::Medical];
        assert!(missing(&required, &checks, day).is_empty());
        assert_eq!(missing(&required, &checks, later), required);
        assert_eq!(missing(&required, &checks, day - Duration::SECOND), required);
    }
}
