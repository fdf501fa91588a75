use muster_values::{Id, MissionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{Error, word};
use crate::domain::headcount::Entry;

const TABLE: &str = "headcount_entries";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, contingent, id, from_account, to_account, headcount, effective_at,
                recorded_at, cause, note, actor
            from deployment.headcount_entries "# + $rest,
            $($argument),*
        )
    };
}

/// Adds an entry to the ledger.
pub async fn insert(db: &mut PgConnection, entry: &Entry) -> Result<(), Error> {
    sqlx::query!(
        "insert into deployment.headcount_entries
            (mission, contingent, id, from_account, to_account, headcount, effective_at,
            recorded_at, cause, note, actor)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        entry.mission.as_str(),
        entry.contingent.as_str(),
        entry.id.as_str(),
        entry.from.as_str(),
        entry.to.as_str(),
        entry.headcount,
        entry.effective_at,
        entry.recorded_at,
        entry.cause,
        entry.note,
        entry.actor,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every entry of a contingent.
pub async fn of_contingent(
    db: &mut PgConnection,
    mission: &MissionId,
    contingent: &Id,
) -> Result<Vec<Entry>, Error> {
    let rows = select!(
        "where mission = $1 and contingent = $2 order by id",
        mission.as_str(),
        contingent.as_str()
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Every entry of a mission.
pub async fn of_mission(db: &mut PgConnection, mission: &MissionId) -> Result<Vec<Entry>, Error> {
    let rows = select!("where mission = $1 order by id", mission.as_str()).fetch_all(db).await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// How many more or fewer were present in the whole mission from a moment on, oldest first.
pub async fn presence(
    db: &mut PgConnection,
    mission: &MissionId,
) -> Result<Vec<(OffsetDateTime, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select effective_at, sum(headcount * (
                (to_account in ('present', 'on_leave', 'medical'))::int
                - (from_account in ('present', 'on_leave', 'medical'))::int
            ))::bigint as "people!"
        from deployment.headcount_entries
        where mission = $1
        group by effective_at
        order by effective_at"#,
        mission.as_str(),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.effective_at, row.people)).collect())
}

struct Row {
    mission: String,
    contingent: String,
    id: String,
    from_account: String,
    to_account: String,
    headcount: i32,
    effective_at: OffsetDateTime,
    recorded_at: OffsetDateTime,
    cause: String,
    note: String,
    actor: String,
}

impl TryFrom<Row> for Entry {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            contingent: Id::known(row.contingent),
            id: Id::known(row.id),
            from: word(TABLE, &row.from_account)?,
            to: word(TABLE, &row.to_account)?,
            headcount: row.headcount,
            effective_at: row.effective_at,
            recorded_at: row.recorded_at,
            cause: row.cause,
            note: row.note,
            actor: row.actor,
        })
    }
}
