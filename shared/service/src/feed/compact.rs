//! Drops old changes; the revisions that they told of stay.

use std::time::Duration;

use sqlx::Row;
use time::OffsetDateTime;

use crate::{Database, Shutdown, fault};
use muster_values::MissionId;

/// How often old changes are looked for.
const INTERVAL: Duration = Duration::from_mins(10);
/// How many changes one transaction drops.
const BATCH: i64 = 500;

/// Compacts until shutdown, so that changes are kept for a time only. Safe with several replicas.
pub async fn keep(database: Database, time: Duration, shutdown: Shutdown) {
    let mut interval = tokio::time::interval(INTERVAL);
    while shutdown.unless_asked(interval.tick()).await.is_some() {
        let before = database.clock.now() - time;
        // What it does not get done until the next look is done then.
        let compacting = tokio::time::timeout(INTERVAL, compact(&database, before));
        match shutdown.unless_asked(compacting).await {
            Some(Ok(Ok(0))) | None => {}
            Some(Ok(Ok(dropped))) => tracing::info!(dropped, "old changes were compacted"),
            Some(Ok(Err(error))) => {
                tracing::warn!(error = format!("{error:#}"), "cannot compact old changes");
            }
            Some(Err(_)) => tracing::warn!("old changes are not compacted in time"),
        }
    }
}

/// Drops every change recorded before a moment; answers how many there were. The revisions that
/// they told of stay: they are the history, and snapshots are made of them.
pub async fn compact(database: &Database, before: OffsetDateTime) -> anyhow::Result<u64> {
    let mut dropped = 0;
    for head in database.heads().await? {
        loop {
            match batch(database, &head.mission, before).await? {
                0 => break,
                count => dropped += count,
            }
        }
    }
    Ok(dropped)
}

/// Drops a batch of one mission's changes. The feed is held for it, as by any commit, so that
/// replicas that compact at the same time take turns.
async fn batch(
    database: &Database,
    mission: &MissionId,
    before: OffsetDateTime,
) -> anyhow::Result<u64> {
    let mut transaction = database.transaction().await?;
    let row = sqlx::query(
        "with floor as (
            select position, hash from changes
            where mission = $1 and position = (
                select max(position) from (
                    select position, recorded_at from changes
                    where mission = $1 order by position limit $3
                ) oldest where recorded_at < $2
            )
        ), raised as (
            update feeds set floor_position = floor.position, floor_hash = floor.hash
            from floor where mission = $1 and floor_position < floor.position
            returning floor_position
        )
        select floor_position from raised",
    )
    .bind(mission.as_str())
    .bind(before)
    .bind(BATCH)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else { return Ok(0) };
    let dropped = sqlx::query("delete from changes where mission = $1 and position <= $2")
        .bind(mission.as_str())
        .bind(row.try_get::<i64, _>("floor_position")?)
        .execute(&mut *transaction)
        .await?;
    fault::point("compact.before-commit", database.schema);
    transaction.commit().await?;
    fault::point("compact.after-commit", database.schema);
    Ok(dropped.rows_affected())
}
