//! Answers calls about the feed: pages of it, watches, and everything as it stands.

use std::{collections::BTreeMap, sync::Arc};

use muster_proto::common::v1::{
    ListChangesRequest, ListChangesResponse, ReadSnapshotRequest, WatchChangesRequest,
};
use tonic::Response;

use super::{
    body::{self, Watch},
    hub::Hub,
    log::Head,
    snapshot::Parts,
    watcher::{Cursor, Watcher},
};
use crate::{AtField, FieldViolation};
use crate::{
    Database, Shutdown, call::Call, page::MOST_PAGE_BYTES, resource::not_found, status::Refusal,
};
use muster_values::name::MissionId;

const DEFAULT_LIST: i32 = 100;
const MOST_LIST: i32 = 1000;

/// One service's feed. One look a replica serves all its watchers.
#[derive(Clone)]
pub struct Feed {
    database: Database,
    hub: Arc<Hub>,
}

impl Feed {
    /// Begins to look for commits, until shutdown.
    pub fn open(database: Database, shutdown: &Shutdown) -> Self {
        let hub = Hub::open(database.clone(), shutdown);
        Self { database, hub }
    }

    /// A page of one mission's changes.
    pub async fn list(
        &self,
        call: Call<ListChangesRequest>,
    ) -> Result<ListChangesResponse, Refusal> {
        let Call { message, context } = call;
        let mission = MissionId::parse(&message.parent).at("parent")?;
        context.scope(&mission)?;
        self.database.still_has(&context, Some(&mission)).await?;
        let (head, _, floor_hash) = (self.database.head_and_hashes(&mission).await?)
            .ok_or_else(|| not_found(&mission.name()))?;
        head.check(&message.epoch, message.after_position)?;
        let size = if message.page_size == 0 { DEFAULT_LIST } else { message.page_size };
        let limit = i64::from(size.min(MOST_LIST));
        let after = message.after_position;
        let page = self.database.changes(&head, after, limit, MOST_PAGE_BYTES).await?;
        let head_position =
            page.last().map_or(head.last_position, |last| last.position.max(head.last_position));
        let changes = page.into_iter().map(|kept| kept.decode(head.epoch));
        let changes = changes.collect::<Result<_, _>>()?;
        Ok(ListChangesResponse {
            changes,
            epoch: head.epoch.to_string(),
            head_position,
            floor_position: head.floor_position,
            floor_hash,
        })
    }

    /// Every change after the given positions, then new ones as they are committed.
    pub async fn watch(&self, call: Call<WatchChangesRequest>) -> Result<Response<Watch>, Refusal> {
        let Call { message, context } = call;
        if message.positions.is_empty() && !message.include_others {
            let none = FieldViolation::new("must name a mission to watch").under("positions");
            return Err(none.into());
        }
        let mut cursors = BTreeMap::new();
        for (index, position) in message.positions.iter().enumerate() {
            let mission =
                MissionId::parse(&position.mission).at("mission").at_index("positions", index)?;
            context.scope(&mission)?;
            self.database.still_has(&context, Some(&mission)).await?;
            let head = self.existing(&mission).await?;
            head.check(&position.epoch, position.position)?;
            let window = self.hub.follow(head.clone());
            let cursor = Cursor::new(window, &head, position.position);
            if cursors.insert(mission, cursor).is_some() {
                let twice = FieldViolation::new("names a mission twice");
                return Err(twice.under(&format!("positions[{index}]")).into());
            }
        }
        let cursors = cursors.into_values().collect();
        let watcher = Watcher::new(self.hub.count(), context, cursors, message.include_others);
        Ok(body::response(watcher.stream()))
    }

    /// Every resource of a mission as it stands at one position.
    pub async fn snapshot(&self, call: Call<ReadSnapshotRequest>) -> Result<Parts, Refusal> {
        let Call { message, context } = call;
        let mission = MissionId::parse(&message.parent).at("parent")?;
        context.scope(&mission)?;
        self.database.still_has(&context, Some(&mission)).await?;
        let _turn = self.hub.readers.acquire().await;
        self.database.feed_snapshot(&mission).await
    }

    async fn existing(&self, mission: &MissionId) -> Result<Head, Refusal> {
        self.database.head(mission).await?.ok_or_else(|| not_found(&mission.name()))
    }
}
