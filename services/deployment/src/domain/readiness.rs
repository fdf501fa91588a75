use muster_values::{Id, MissionId, Source};
use time::OffsetDateTime;

use super::mission::CheckType;

/// One look at whether a contingent is fit to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadinessCheck {
    pub mission: MissionId,
    pub contingent: Id,
    pub id: Id,
    pub kind: CheckType,
    pub passed: bool,
    pub checked_at: OffsetDateTime,
    pub place: String,
    pub official: String,
    pub note: String,
    pub sources: Vec<Source>,
    pub created_at: OffsetDateTime,
}

/// Which of the required checks are not passed at a moment: the last check of each type by
/// then is the one that counts.
pub fn missing(
    required: &[CheckType],
    checks: &[ReadinessCheck],
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
    use time::{Duration, macros::datetime};

    use super::*;

    pub fn check(kind: CheckType, passed: bool, checked_at: OffsetDateTime) -> ReadinessCheck {
        ReadinessCheck {
            mission: MissionId::known("haiti"),
            contingent: Id::known("ken-1"),
            id: Id::known("check"),
            kind,
            passed,
            checked_at,
            place: String::new(),
            official: String::new(),
            note: String::new(),
            sources: Vec::new(),
            created_at: checked_at,
        }
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
