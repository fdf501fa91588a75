//! Drops old changes, and keeps of them how each resource stood.

use std::{collections::BTreeMap, time::Duration};

use muster_proto::common::v1::Change;
use prost::Message;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::log::{Head, Kept};
use crate::{Database, MissionId, Shutdown, fault};

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

/// Drops every change recorded before a moment, unless another replica is at it; answers how
/// many there were.
pub async fn compact(database: &Database, before: OffsetDateTime) -> anyhow::Result<u64> {
    sqlx::query(database.schema.open_floors).execute(&database.pool).await?;
    let mut dropped = 0;
    loop {
        match batch(database, before).await? {
            0 => return Ok(dropped),
            count => dropped += count,
        }
    }
}

/// Drops a batch of one mission's changes, and keeps how they left its resources.
async fn batch(database: &Database, before: OffsetDateTime) -> anyhow::Result<u64> {
    let schema = database.schema;
    let mut transaction = database.transaction().await?;
    let found = sqlx::query(schema.take_floor).bind(before).fetch_optional(&mut *transaction);
    let Some(row) = found.await? else { return Ok(0) };
    let head = Head::try_from(row)?;
    let rows = sqlx::query(schema.oldest)
        .bind(head.mission.as_str())
        .bind(head.floor_position)
        .bind(before)
        .bind(BATCH)
        .fetch_all(&mut *transaction)
        .await?;
    let changes = rows.iter().map(Kept::try_from).collect::<Result<Vec<_>, _>>()?;
    let Some(last) = changes.last() else { return Ok(0) };
    fold(database, &mut transaction, &head.mission, &changes).await?;
    let dropped = sqlx::query(schema.drop_changes)
        .bind(head.mission.as_str())
        .bind(last.position)
        .execute(&mut *transaction)
        .await?;
    // Last, for writers wait for this row.
    sqlx::query(schema.raise_floor)
        .bind(head.mission.as_str())
        .bind(last.position)
        .bind(&last.hash)
        .execute(&mut *transaction)
        .await?;
    fault::point("compact.before-commit", schema.name);
    transaction.commit().await?;
    fault::point("compact.after-commit", schema.name);
    Ok(dropped.rows_affected())
}

/// Keeps each resource as these changes told of it last.
async fn fold(
    database: &Database,
    db: &mut PgConnection,
    mission: &MissionId,
    changes: &[Kept],
) -> anyhow::Result<()> {
    let mut last = BTreeMap::new();
    for kept in changes {
        for resource in Change::decode(kept.payload.as_slice())?.resources {
            let payload = resource.encode_to_vec();
            last.insert(resource.name, (kept.position, payload));
        }
    }
    let (names, rest): (Vec<String>, Vec<(i64, Vec<u8>)>) = last.into_iter().unzip();
    let (positions, payloads): (Vec<i64>, Vec<Vec<u8>>) = rest.into_iter().unzip();
    sqlx::query(database.schema.keep_resources)
        .bind(mission.as_str())
        .bind(names)
        .bind(positions)
        .bind(payloads)
        .execute(db)
        .await?;
    Ok(())
}
