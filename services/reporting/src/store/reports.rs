use muster_values::{Id, MissionId, Period};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, updated};
use crate::domain::report::{Approval, Media, Publication, Report, Section, State};

const TABLE: &str = "situation_reports";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, number, area, period_start, period_end, valid_at, headline,
                summary, sections as "sections: Json<Vec<Section>>",
                media as "media: Json<Vec<Media>>", frozen, state, author, approver, approved_at,
                published_at, revision, created_at, updated_at
            from reporting.situation_reports "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a draft; false where its id is taken.
pub async fn insert(db: &mut PgConnection, report: &Report) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into reporting.situation_reports
            (mission, id, area, period_start, period_end, valid_at, headline, summary, sections,
            media, frozen, state, author, revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict do nothing",
        report.mission.as_str(),
        report.id.as_str(),
        report.area,
        report.period.start(),
        report.period.end(),
        report.valid_at,
        report.headline,
        &report.summary,
        Json(&report.sections) as _,
        Json(&report.media) as _,
        report.frozen,
        report.state.word(),
        report.author,
        report.revision,
        report.created_at,
        report.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Report>, Error> {
    select!("where mission = $1 and id = $2", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Report::try_from)
        .transpose()
}

/// Reads a report and holds it until the transaction ends, so that two callers cannot both
/// decide on the same state.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Report>, Error> {
    select!("where mission = $1 and id = $2 for update", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Report::try_from)
        .transpose()
}

/// Stores a report that went one revision further. What it says is never changed.
pub async fn update(db: &mut PgConnection, report: &Report) -> Result<(), Error> {
    let (approval, publication) = (report.state.approval(), report.state.publication());
    let result = sqlx::query!(
        "update reporting.situation_reports
        set number = $3, state = $4, approver = $5, approved_at = $6,
            published_at = $7, revision = $8, updated_at = $9
        where mission = $1 and id = $2 and revision + 1 = $8",
        report.mission.as_str(),
        report.id.as_str(),
        publication.map(|publication| publication.number),
        report.state.word(),
        approval.map(|approval| &*approval.approver),
        approval.map(|approval| approval.at),
        publication.map(|publication| publication.at),
        report.revision,
        report.updated_at,
    )
    .execute(db)
    .await?;
    updated(TABLE, result.rows_affected(), &report.id)
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

struct Row {
    mission: String,
    id: String,
    number: Option<i32>,
    area: String,
    period_start: Date,
    period_end: Date,
    valid_at: OffsetDateTime,
    headline: String,
    summary: Vec<String>,
    sections: Json<Vec<Section>>,
    media: Json<Vec<Media>>,
    frozen: Vec<u8>,
    state: String,
    author: String,
    approver: Option<String>,
    approved_at: Option<OffsetDateTime>,
    published_at: Option<OffsetDateTime>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Report {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let misfit = || Error::Corrupt { table: TABLE, value: row.id.clone() };
        let approved = (row.approver, row.approved_at);
        Ok(Self {
            period: Period::new(row.period_start, row.period_end).ok_or_else(misfit)?,
            state: state(&row.state, approved, (row.number, row.published_at))
                .ok_or_else(misfit)?,
            mission: MissionId::trusted(row.mission),
            id: Id::trusted(row.id),
            area: row.area,
            valid_at: row.valid_at,
            headline: row.headline,
            summary: row.summary,
            sections: row.sections.0,
            media: row.media.0,
            frozen: row.frozen,
            author: row.author,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
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
