use std::collections::HashSet;

use muster_values::MissionId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Error;
use crate::domain::link::{Cursor, ParkedChange};

/// Takes the next positions of a mission's feed, from the first to the last; false where the first
/// is not the next one, or another replica took it. The row stays locked until the transaction
/// ends, so replicas take turns.
pub async fn advance(
    db: &mut PgConnection,
    mission: &MissionId,
    epoch: Uuid,
    (first, last): (i64, i64),
    now: OffsetDateTime,
) -> Result<bool, Error> {
    if first == 1 {
        return begin_at(db, mission, epoch, last, now).await;
    }
    let taken = sqlx::query!(
        "update reporting.link_cursors
        set position = $4, applied_at = $5
        where mission = $1 and epoch = $2 and position + 1 = $3",
        mission.as_str(),
        epoch,
        first,
        last,
        now,
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Begins with a mission at a position; false where it has a cursor already.
pub async fn begin_at(
    db: &mut PgConnection,
    mission: &MissionId,
    epoch: Uuid,
    position: i64,
    now: OffsetDateTime,
) -> Result<bool, Error> {
    let begun = sqlx::query!(
        "insert into reporting.link_cursors (mission, epoch, position, applied_at)
        values ($1, $2, $3, $4)
        on conflict do nothing",
        mission.as_str(),
        epoch,
        position,
        now,
    )
    .execute(db)
    .await?;
    Ok(begun.rows_affected() == 1)
}

pub async fn cursor(db: &mut PgConnection, mission: &MissionId) -> Result<Option<Cursor>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select mission, epoch, position, applied_at from reporting.link_cursors where mission = $1",
        mission.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Cursor::from))
}

pub async fn cursors(db: &mut PgConnection) -> Result<Vec<Cursor>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "select mission, epoch, position, applied_at from reporting.link_cursors order by mission",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Cursor::from).collect())
}

/// Forgets a mission's cursor; false where the cursor is another by now, because a replica forgot
/// it first. The mission stays locked until the transaction ends.
pub async fn forget(db: &mut PgConnection, cursor: &Cursor) -> Result<bool, Error> {
    let forgotten = sqlx::query!(
        "delete from reporting.link_cursors where mission = $1 and epoch = $2 and position = $3",
        cursor.mission.as_str(),
        cursor.epoch,
        cursor.position,
    )
    .execute(db)
    .await?;
    Ok(forgotten.rows_affected() == 1)
}

/// Drops everything of a mission that the deployment service told, and what waits of it.
pub async fn clear(db: &mut PgConnection, mission: &MissionId) -> Result<(), Error> {
    sqlx::query!("delete from reporting.deployment_revisions where mission = $1", mission.as_str())
        .execute(&mut *db)
        .await?;
    sqlx::query!("delete from reporting.parked_changes where mission = $1", mission.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Puts a change aside, with why it was not applied.
pub async fn park(
    db: &mut PgConnection,
    mission: &MissionId,
    parked: &ParkedChange,
    payload: &[u8],
) -> Result<(), Error> {
    sqlx::query!(
        "insert into reporting.parked_changes (mission, name, revision, position, reason, payload)
        values ($1, $2, $3, $4, $5, $6)",
        mission.as_str(),
        parked.name,
        parked.revision,
        parked.position,
        parked.reason,
        payload,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those of these resources of which a change waits, by name.
pub async fn waiting(
    db: &mut PgConnection,
    mission: &MissionId,
    names: &[String],
) -> Result<HashSet<String>, Error> {
    let waiting = sqlx::query_scalar!(
        "select distinct name from reporting.parked_changes where mission = $1 and name = any($2)",
        mission.as_str(),
        names,
    )
    .fetch_all(db)
    .await?;
    Ok(waiting.into_iter().collect())
}

/// How many changes of a mission wait.
pub async fn count_parked(db: &mut PgConnection, mission: &MissionId) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from reporting.parked_changes where mission = $1"#,
        mission.as_str(),
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}

/// Changes that wait, oldest first.
pub async fn list_parked(
    db: &mut PgConnection,
    mission: &MissionId,
    after: i64,
    limit: i64,
) -> Result<Vec<ParkedChange>, Error> {
    let parked = sqlx::query_as!(
        ParkedChange,
        "select sequence, name, revision, position, reason
        from reporting.parked_changes
        where mission = $1 and $2 < sequence order by sequence limit $3",
        mission.as_str(),
        after,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(parked)
}

struct Row {
    mission: String,
    epoch: Uuid,
    position: i64,
    applied_at: OffsetDateTime,
}

impl From<Row> for Cursor {
    fn from(row: Row) -> Self {
        Self {
            mission: MissionId::trusted(row.mission),
            epoch: row.epoch,
            position: row.position,
            applied_at: row.applied_at,
        }
    }
}

/// When the last change of a mission was recorded here, by the clock of whichever replica.
pub async fn last_recorded(
    db: &mut PgConnection,
    mission: &MissionId,
) -> Result<Option<OffsetDateTime>, Error> {
    let recorded = sqlx::query_scalar!(
        "select last_recorded_at from reporting.feeds
        where mission = $1 and last_recorded_at > '-infinity'",
        mission.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(recorded)
}
