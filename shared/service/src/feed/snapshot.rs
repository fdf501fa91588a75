//! Every resource of a mission as it stands at one position.

use std::{collections::HashSet, vec};

use futures::{TryStreamExt, stream};
use muster_proto::common::v1::{Change, FeedPosition, ReadSnapshotResponse, ResourceChange};
use prost::Message;
use sqlx::{PgConnection, Row};
use tonic::Status;

use super::log::Head;
use crate::{
    Database,
    name::MissionId,
    page::MOST_PAGE_BYTES,
    status::{self, Refusal},
    work::not_found,
};

/// The parts of a snapshot.
pub type Parts = stream::Iter<vec::IntoIter<Result<ReadSnapshotResponse, Status>>>;

impl Database {
    /// Reads a mission's resources, all at the position that its feed stands at.
    pub(super) async fn feed_snapshot(&self, mission: &MissionId) -> Result<Parts, Refusal> {
        let mut moment = self.snapshot().await?;
        let row = sqlx::query(self.schema.head_hash)
            .bind(mission.as_str())
            .fetch_optional(&mut *moment)
            .await?
            .ok_or_else(|| not_found(&mission.name()))?;
        let hash: Vec<u8> = row.try_get("last_hash")?;
        let head = Head::try_from(row)?;
        let mut parts = Collected::default();
        self.fold(&mut moment, mission, &mut parts).await?;
        moment.commit().await?;
        Ok(parts.at(&head, &hash))
    }

    /// Collects each resource as it was told of last: the changes that are kept, newest first,
    /// then what is kept of those before them.
    async fn fold(
        &self,
        db: &mut PgConnection,
        mission: &MissionId,
        parts: &mut Collected,
    ) -> Result<(), Refusal> {
        let broken = |error: prost::DecodeError| status::internal(&error);
        let mut told = HashSet::new();
        let mut rows = sqlx::query(self.schema.newest_first).bind(mission.as_str()).fetch(&mut *db);
        while let Some(row) = rows.try_next().await? {
            let payload: &[u8] = row.try_get("payload")?;
            for resource in Change::decode(payload).map_err(broken)?.resources.into_iter().rev() {
                if told.insert(resource.name.clone()) {
                    parts.add(resource);
                }
            }
        }
        drop(rows);
        let mut rows = sqlx::query(self.schema.resources).bind(mission.as_str()).fetch(db);
        while let Some(row) = rows.try_next().await? {
            if !told.contains(row.try_get::<&str, _>("name")?) {
                let payload: &[u8] = row.try_get("payload")?;
                parts.add(ResourceChange::decode(payload).map_err(broken)?);
            }
        }
        Ok(())
    }
}

/// Resources in parts that every client takes.
#[derive(Default)]
struct Collected {
    parts: Vec<Vec<ResourceChange>>,
    /// How many bytes the last part has.
    bytes: usize,
}

impl Collected {
    fn add(&mut self, resource: ResourceChange) {
        // What is no longer there is not told.
        if resource.resource.is_none() {
            return;
        }
        let bytes = resource.encoded_len();
        match self.parts.last_mut() {
            Some(part) if self.bytes + bytes <= MOST_PAGE_BYTES => {
                self.bytes += bytes;
                part.push(resource);
            }
            _ => {
                self.bytes = bytes;
                self.parts.push(vec![resource]);
            }
        }
    }

    fn at(mut self, head: &Head, hash: &[u8]) -> Parts {
        if self.parts.is_empty() {
            self.parts.push(Vec::new());
        }
        let position = FeedPosition {
            mission: head.mission.name(),
            epoch: head.epoch.to_string(),
            position: head.last_position,
        };
        let parts = self.parts.into_iter().map(|resources| {
            Ok(ReadSnapshotResponse {
                position: Some(position.clone()),
                hash: hash.to_vec(),
                resources,
            })
        });
        stream::iter(parts.collect::<Vec<_>>())
    }
}
