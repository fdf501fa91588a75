use muster_service::{table, table::Arguments, table::BoxError, table::Spread, table::misfit};
use muster_values::{MissionId, Period};
use sqlx::{PgConnection, Row, postgres::PgRow};
use time::OffsetDateTime;

use super::Error;
use crate::domain::report::{Approval, Publication, Report, State};

/// The days of a period, the end exclusive.
struct PeriodColumns;

impl Spread<Period> for PeriodColumns {
    const COLUMNS: &'static [&'static str] = &["period_start", "period_end"];

    fn bind(value: &Period, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.start())?;
        arguments.add(value.end())
    }

    fn read(row: &PgRow) -> Result<Period, sqlx::Error> {
        let period = Period::new(row.try_get("period_start")?, row.try_get("period_end")?);
        period.ok_or_else(|| misfit("period_start", "a day after the end"))
    }
}

/// The word of a state, and what belongs to an approval and to a publication.
struct StateColumns;

impl Spread<State> for StateColumns {
    const COLUMNS: &'static [&'static str] =
        &["state", "approver", "approved_at", "number", "published_at"];

    fn bind(value: &State, arguments: &mut Arguments) -> Result<(), BoxError> {
        let (approval, publication) = (value.approval(), value.publication());
        arguments.add(value.word())?;
        arguments.add(approval.map(|approval| &*approval.approver))?;
        arguments.add(approval.map(|approval| approval.at))?;
        arguments.add(publication.map(|publication| publication.number))?;
        arguments.add(publication.map(|publication| publication.at))
    }

    fn read(row: &PgRow) -> Result<State, sqlx::Error> {
        let word = row.try_get("state")?;
        let approved = (row.try_get("approver")?, row.try_get("approved_at")?);
        let published = (row.try_get("number")?, row.try_get("published_at")?);
        state(word, approved, published).ok_or_else(|| misfit("state", word))
    }
}

table! {
    Report in "reporting.situation_reports" by ["mission", "id"] {
        area: Plain,
        valid_at: Plain,
        headline: Plain,
        summary: Plain,
        sections: Json,
        media: Json,
        frozen: Plain,
        author: Plain,
    }
    spread {
        period: PeriodColumns,
        state: StateColumns,
    }
}

/// The number that the mission's next published report gets. Until the transaction ends nobody
/// else is told one, so numbers are dense.
pub async fn next_number(db: &mut PgConnection, mission: &MissionId) -> Result<i32, Error> {
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('reporting.report_number/' || $1, 0))
            as "held: ()""#,
        mission.as_str(),
    )
    .execute(&mut *db)
    .await?;
    let number = sqlx::query_scalar!(
        r#"select coalesce(max(number), 0) + 1 as "number!"
        from reporting.situation_reports where mission = $1"#,
        mission.as_str(),
    )
    .fetch_one(db)
    .await?;
    Ok(number)
}

/// The state that columns hold; `None` where they fit none.
fn state(
    word: &str,
    approved: (Option<String>, Option<OffsetDateTime>),
    published: (Option<i32>, Option<OffsetDateTime>),
) -> Option<State> {
    let approval = match approved {
        (Some(approver), Some(at)) => Some(Approval { approver, at }),
        (None, None) => None,
        _ => return None,
    };
    let publication = match published {
        (Some(number), Some(at)) => Some(Publication { number, at }),
        (None, None) => None,
        _ => return None,
    };
    match (word, approval, publication) {
        ("draft", None, None) => Some(State::Draft),
        ("approved", Some(approval), None) => Some(State::Approved(approval)),
        ("published", Some(approval), Some(publication)) => {
            Some(State::Published { approval, publication })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_state_stands_with_its_own_columns_only() {
        let at = Some(datetime!(2024-06-28 12:00 UTC));
        let (by, number) = (Some("editor".to_owned()), Some(1));
        let (draft, approved) = ((None, None), (by.clone(), at));
        let (kept, published) = ((None, None), (number, at));
        let table = [
            // The word   neither  approved  both  published alone
            ("draft", [true, false, false, false]),
            ("approved", [false, true, false, false]),
            ("published", [false, false, true, false]),
            ("lost", [false, false, false, false]),
        ];
        let columns =
            [(&draft, kept), (&approved, kept), (&approved, published), (&draft, published)];
        for (word, fits) in table {
            for ((approved, published), fits) in columns.into_iter().zip(fits) {
                let read = state(word, approved.clone(), published);
                let expected = fits.then_some(word);
                assert_eq!(read.map(|state| state.word()), expected, "{approved:?} {published:?}");
            }
        }
        for half in [(by, None), (None, at)] {
            assert_eq!(state("approved", half, kept), None);
        }
        for half in [(number, None), (None, at)] {
            assert_eq!(state("published", approved.clone(), half), None);
        }
    }
}
