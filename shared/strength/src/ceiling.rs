//! How many people may be present.

use muster_values::date::moment;
use time::OffsetDateTime;

/// More people present than the ceiling in force allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{present} people would be present at {time}; the ceiling is {ceiling}", time = moment(*at))]
pub struct CeilingExceeded {
    pub ceiling: i32,
    pub present: i64,
    pub at: OffsetDateTime,
}

/// Refuses people who would lift those present above the ceiling in force, at their arrival or
/// at any later arrival that is known. `ceiling` is the one in force at a moment; `changes` is how
/// many more or fewer were present in the whole mission from a moment on, oldest first, without
/// the arrival in question.
pub fn within_ceiling(
    ceiling: impl Fn(OffsetDateTime) -> Option<i32>,
    changes: &[(OffsetDateTime, i64)],
    at: OffsetDateTime,
    arriving: i64,
) -> Result<(), CeilingExceeded> {
    let later = changes.iter().map(|(moment, _)| *moment).filter(|moment| at < *moment);
    for moment in std::iter::once(at).chain(later) {
        let Some(ceiling) = ceiling(moment) else { continue };
        let before = changes.iter().filter(|(change, _)| *change <= moment);
        let present = before.map(|(_, people)| people).sum::<i64>() + arriving;
        if i64::from(ceiling) < present {
            return Err(CeilingExceeded { ceiling, present, at: moment });
        }
    }
    Ok(())
}
