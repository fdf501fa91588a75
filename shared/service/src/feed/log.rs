//! The feed as it stands in the database.

use futures::TryStreamExt;
use muster_proto::common::v1::Change;
use prost::Message;
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;

use crate::{
    database::{self, Database},
    fault,
    name::MissionId,
    page::MOST_PAGE_BYTES,
    status::{self, Reason, Refusal},
};

/// Where one mission's feed stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub mission: MissionId,
    pub epoch: Uuid,
    pub last_position: i64,
    /// Changes up to here are no longer kept.
    pub floor_position: i64,
}

impl Head {
    /// Refuses a reader whose place is of another life of the feed, compacted, or ahead of it.
    pub fn check(&self, epoch: &str, position: i64) -> Result<(), Refusal> {
        let mission = self.mission.name();
        if !epoch.is_empty() && epoch != self.epoch.to_string() && !fault::mutated("epoch-ignored")
        {
            let message = format!("the feed of {mission} has a new epoch; list, then watch");
            return Err(Refusal::new(Reason::FeedEpochChanged, message).with("epoch", self.epoch));
        }
        if self.last_position < position {
            let message = format!("the feed of {mission} ends at {}", self.last_position);
            return Err(Refusal::new(Reason::FeedPositionAhead, message));
        }
        if position < self.floor_position {
            let floor = self.floor_position;
            let message = format!("changes of {mission} up to {floor} are no longer kept");
            return Err(Refusal::new(Reason::FeedCompacted, message).with("floor", floor));
        }
        Ok(())
    }
}

impl TryFrom<PgRow> for Head {
    type Error = sqlx::Error;

    fn try_from(row: PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            mission: MissionId::known(row.try_get::<String, _>("mission")?),
            epoch: row.try_get("epoch")?,
            last_position: row.try_get("last_position")?,
            floor_position: row.try_get("floor_position")?,
        })
    }
}

impl Database {
    /// Where every mission's feed stands.
    pub async fn heads(&self) -> Result<Vec<Head>, sqlx::Error> {
        let rows = sqlx::query(self.schema.heads).fetch_all(&self.pool).await?;
        rows.into_iter().map(Head::try_from).collect()
    }

    /// Where one mission's feed stands; `None` for a mission that does not exist.
    pub async fn head(&self, mission: &MissionId) -> Result<Option<Head>, sqlx::Error> {
        let row =
            sqlx::query(self.schema.head).bind(mission.as_str()).fetch_optional(&self.pool).await?;
        row.map(Head::try_from).transpose()
    }

    /// Changes after a position, in order, as many as make a message that every client takes.
    pub(super) async fn changes(
        &self,
        head: &Head,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Change>, Refusal> {
        let mut rows = sqlx::query(self.schema.changes)
            .bind(head.mission.as_str())
            .bind(after)
            .bind(limit)
            .fetch(&self.pool);
        let (mut changes, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await.map_err(|error| database::refusal(&error))? {
            let change = read(&row, head.epoch)?;
            bytes += change.encoded_len();
            if MOST_PAGE_BYTES < bytes && !changes.is_empty() {
                break;
            }
            changes.push(change);
        }
        Ok(changes)
    }
}

fn read(row: &PgRow, epoch: Uuid) -> Result<Change, Refusal> {
    let fields = || -> Result<(i64, Vec<u8>, Vec<u8>), sqlx::Error> {
        Ok((row.try_get("position")?, row.try_get("payload")?, row.try_get("hash")?))
    };
    let (position, payload, hash) = fields().map_err(|error| database::refusal(&error))?;
    let change = Change::decode(payload.as_slice()).map_err(|error| status::internal(&error))?;
    Ok(Change { epoch: epoch.to_string(), position, hash, ..change })
}
