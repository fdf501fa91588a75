//! Every revision of a mission's resources up to one position.

use std::pin::Pin;

use futures::{Stream, stream};
use muster_proto::common::v1::{FeedPosition, ReadSnapshotResponse, ResourceChange};
use prost::Message;
use sqlx::Row;
use tonic::Status;

use super::log::{Head, seal};
use crate::{
    Database, page::MOST_PAGE_BYTES, resource::not_found, status, status::Reason, status::Refusal,
};
use muster_values::name::MissionId;

/// How many revisions are read at once, at the most.
const PAGE: i64 = 2_000;

/// The parts of a snapshot.
pub type Parts = Pin<Box<dyn Stream<Item = Result<ReadSnapshotResponse, Status>> + Send>>;

/// A snapshot that is being read. Revisions are never changed, so it needs no transaction: it is
/// every revision up to the position at which the feed stood when it began.
struct Reading {
    database: Database,
    head: Head,
    hash: Vec<u8>,
    /// The position and ordinal of the last revision that was read.
    after: (i64, i32),
    over: bool,
}

impl Database {
    /// Begins to read a mission's revisions up to the position that its feed stands at.
    pub(super) async fn feed_snapshot(&self, mission: &MissionId) -> Result<Parts, Refusal> {
        let found = self.head_and_hashes(mission).await?;
        let (head, hash, _) = found.ok_or_else(|| not_found(&mission.name()))?;
        let reading = Reading { database: self.clone(), head, hash, after: (0, 0), over: false };
        Ok(Box::pin(stream::unfold(reading, |mut reading| async move {
            if reading.over {
                return None;
            }
            let part = reading.part().await;
            reading.over |= part.is_err();
            Some((part.map_err(Status::from), reading))
        })))
    }
}

impl Reading {
    /// The next part; the last one is over.
    async fn part(&mut self) -> Result<ReadSnapshotResponse, Refusal> {
        let rows = sqlx::query(
            "select position, ordinal, message, salt, digest, epoch from (
                select *, sum(octet_length(message)) over (order by position, ordinal) as bytes,
                    row_number() over (order by position, ordinal) as number
                from (
                    select * from revisions
                    where mission = $1 and ($2, $3) < (position, ordinal) and position <= $4
                    order by position, ordinal limit $5
                ) page
            ) sized join feeds using (mission)
            where bytes <= $6 or number = 1 order by position, ordinal",
        )
        .bind(self.head.mission.as_str())
        .bind(self.after.0)
        .bind(self.after.1)
        .bind(self.head.last_position)
        .bind(PAGE)
        .bind(i64::try_from(MOST_PAGE_BYTES).unwrap_or(i64::MAX))
        .fetch_all(&self.database.pool)
        .await?;
        let mut resources = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.try_get::<uuid::Uuid, _>("epoch")? != self.head.epoch {
                let message = "the feed began a new epoch while it was read; repeat the call";
                return Err(Refusal::new(Reason::Contended, message));
            }
            self.after = (row.try_get("position")?, row.try_get("ordinal")?);
            resources.push(revision(row)?);
        }
        self.over = rows.is_empty() || self.is_last().await?;
        let Head { mission, epoch, last_position, .. } = &self.head;
        let (mission, epoch, position) = (mission.name(), epoch.to_string(), *last_position);
        Ok(ReadSnapshotResponse {
            position: Some(FeedPosition { mission, epoch, position }),
            hash: self.hash.clone(),
            resources,
        })
    }

    /// Whether nothing follows, so that no empty part is sent after the last revision.
    async fn is_last(&self) -> Result<bool, sqlx::Error> {
        let more: bool = sqlx::query_scalar(
            "select exists (
                select from revisions
                where mission = $1 and ($2, $3) < (position, ordinal) and position <= $4
            )",
        )
        .bind(self.head.mission.as_str())
        .bind(self.after.0)
        .bind(self.after.1)
        .bind(self.head.last_position)
        .fetch_one(&self.database.pool)
        .await?;
        Ok(!more)
    }
}

fn revision(row: &sqlx::postgres::PgRow) -> Result<ResourceChange, Refusal> {
    let mut change = seal(row.try_get("salt")?, row.try_get("digest")?);
    let message: &[u8] = row.try_get("message")?;
    change.merge(message).map_err(|error| status::internal(&error))?;
    Ok(change)
}
