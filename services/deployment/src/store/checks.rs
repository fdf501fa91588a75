use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, word};
use crate::domain::readiness::ReadinessCheck;

const TABLE: &str = "readiness_checks";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, contingent, id, kind, passed, checked_at, place, official, note,
                sources as "sources: Json<Vec<Source>>", created_at
            from deployment.readiness_checks "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a check; false where its id is taken.
pub async fn insert(db: &mut PgConnection, check: &ReadinessCheck) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.readiness_checks
            (mission, contingent, id, kind, passed, checked_at, place, official, note,
            sources, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict do nothing",
        check.mission.as_str(),
        check.contingent.as_str(),
        check.id.as_str(),
        check.kind.as_str(),
        check.passed,
        check.checked_at,
        check.place,
        check.official,
        check.note,
        Json(&check.sources) as _,
        check.created_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Every check of a contingent.
pub async fn all(
    db: &mut PgConnection,
    mission: &MissionId,
    contingent: &Id,
) -> Result<Vec<ReadinessCheck>, Error> {
    let rows = select!(
        "where mission = $1 and contingent = $2 order by id",
        mission.as_str(),
        contingent.as_str()
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(ReadinessCheck::try_from).collect()
}

struct Row {
    mission: String,
    contingent: String,
    id: String,
    kind: String,
    passed: bool,
    checked_at: OffsetDateTime,
    place: String,
    official: String,
    note: String,
    sources: Json<Vec<Source>>,
    created_at: OffsetDateTime,
}

impl TryFrom<Row> for ReadinessCheck {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            contingent: Id::known(row.contingent),
            id: Id::known(row.id),
            kind: word(TABLE, &row.kind)?,
            passed: row.passed,
            checked_at: row.checked_at,
            place: row.place,
            official: row.official,
            note: row.note,
            sources: row.sources.0,
            created_at: row.created_at,
        })
    }
}
