//! The feed as it stands in the database.

use muster_proto::common::v1::{Change, ResourceChange};
use prost::{
    Message,
    encoding::{WireType, encode_key, encode_varint},
};
use sqlx::{Row, postgres::PgRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{database::Database, status, status::Reason, status::Refusal, wire};
use muster_values::name::MissionId;

/// The number of `resources` in `Change`.
const RESOURCES: u32 = 6;

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
    /// Refuses a cursor of another epoch, one before the floor of what is still kept, and one beyond
    /// the head.
    pub fn check(&self, epoch: &str, position: i64) -> Result<(), Refusal> {
        let mission = self.mission.name();
        if !epoch.is_empty() && epoch != self.epoch.to_string() {
            let message =
                format!("the feed of {mission} has a new epoch; read the snapshot, then watch");
            return Err(Refusal::new(Reason::FeedEpochChanged, message)
                .with("epoch", self.epoch)
                .with("mission", mission));
        }
        if self.last_position < position {
            let message = format!("the feed of {mission} ends at {}", self.last_position);
            return Err(Refusal::new(Reason::FeedPositionAhead, message).with("mission", mission));
        }
        if position < self.floor_position {
            let floor = self.floor_position;
            let message = format!("changes of {mission} up to {floor} are no longer kept");
            return Err(Refusal::new(Reason::FeedCompacted, message)
                .with("floor", floor)
                .with("mission", mission));
        }
        Ok(())
    }

    /// Whether this was read before the other: of one life of a feed, neither end goes back.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.epoch == other.epoch
            && (self.last_position, self.floor_position)
                < (other.last_position, other.floor_position)
    }
}

impl TryFrom<PgRow> for Head {
    type Error = sqlx::Error;

    fn try_from(row: PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            mission: MissionId::trusted(row.try_get::<String, _>("mission")?),
            epoch: row.try_get("epoch")?,
            last_position: row.try_get("last_position")?,
            floor_position: row.try_get("floor_position")?,
        })
    }
}

impl Database {
    /// Where every mission's feed stands.
    pub async fn heads(&self) -> Result<Vec<Head>, sqlx::Error> {
        let rows = sqlx::query(
            "select mission, epoch, last_position, floor_position from feeds order by mission",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Head::try_from).collect()
    }

    /// Where the feeds of these missions stand.
    pub(super) async fn heads_of(&self, missions: &[MissionId]) -> Result<Vec<Head>, sqlx::Error> {
        let mut heads = Vec::with_capacity(missions.len());
        for mission in missions {
            heads.extend(self.head(mission).await?);
        }
        Ok(heads)
    }

    /// Where one mission's feed stands, the hash of its last change, and that of the last change
    /// that is not kept.
    pub(super) async fn head_and_hashes(
        &self,
        mission: &MissionId,
    ) -> Result<Option<(Head, Vec<u8>, Vec<u8>)>, sqlx::Error> {
        let row = sqlx::query(
            "select mission, epoch, last_position, floor_position, last_hash, floor_hash
            from feeds where mission = $1",
        )
        .bind(mission.as_str())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (last, floor) = (row.try_get("last_hash")?, row.try_get("floor_hash")?);
        Ok(Some((Head::try_from(row)?, last, floor)))
    }

    /// Where one mission's feed stands; `None` for a mission that does not exist.
    pub async fn head(&self, mission: &MissionId) -> Result<Option<Head>, sqlx::Error> {
        let row = sqlx::query(
            "select mission, epoch, last_position, floor_position from feeds where mission = $1",
        )
        .bind(mission.as_str())
        .fetch_optional(&self.pool)
        .await?;
        row.map(Head::try_from).transpose()
    }

    /// Changes after a position, in order and without a gap: as many as asked for, or fewer where
    /// they take more bytes than that, but one at least where the head says that there is one.
    pub(super) async fn changes(
        &self,
        head: &Head,
        after: i64,
        limit: i64,
        most_bytes: usize,
    ) -> Result<Vec<Kept>, Refusal> {
        // What is beyond the bytes asked for is not sent: who stops reading has to take it in.
        let rows = sqlx::query(
            "select told.position, changes.recorded_at, hash, epoch, message, salt, digest from (
                select *, sum(octet_length(message)) over (order by position) as bytes
                from revisions
                where mission = $1 and $2 < position and position <= $2 + $3
            ) told
                join changes using (mission, position)
                join feeds using (mission)
            where bytes <= $4 or told.position = $2 + 1
            order by told.position, ordinal",
        )
        .bind(head.mission.as_str())
        .bind(after)
        .bind(limit)
        .bind(i64::try_from(most_bytes).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await?;
        let mut changes: Vec<Kept> = Vec::with_capacity(rows.len());
        for row in &rows {
            if row.try_get::<Uuid, _>("epoch")? != head.epoch {
                return Err(self.moved(head, after).await?);
            }
            let position = row.try_get("position")?;
            if changes.last().is_none_or(|last| last.position != position) {
                let recorded_at = row.try_get("recorded_at")?;
                changes.push(Kept::empty(
                    &head.mission,
                    position,
                    recorded_at,
                    row.try_get("hash")?,
                ));
            }
            if let Some(last) = changes.last_mut() {
                last.add(row.try_get("message")?, row.try_get("salt")?, row.try_get("digest")?);
            }
        }
        let found = changes.first().map_or(head.last_position, |first| first.position - 1);
        if found == after {
            return Ok(changes);
        }
        Err(self.moved(head, after).await?)
    }

    /// Why nothing follows: it was compacted, or restored, since the head was read.
    async fn moved(&self, head: &Head, after: i64) -> Result<Refusal, Refusal> {
        if let Some(now) = self.head(&head.mission).await? {
            now.check(&head.epoch.to_string(), after)?;
        }
        Ok(Refusal::new(Reason::Contended, "the feed moved while it was read; repeat the call"))
    }
}

/// One commit as the feed tells it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub position: i64,
    /// The encoding of its `Change` without epoch, position and hash.
    pub payload: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Kept {
    /// A commit of which no revision was read yet.
    fn empty(mission: &MissionId, position: i64, recorded: OffsetDateTime, hash: Vec<u8>) -> Self {
        let (mission, record_time) = (mission.name(), Some(wire::timestamp(recorded)));
        let payload = Change { mission, record_time, ..Change::default() }.encode_to_vec();
        Self { position, payload, hash }
    }

    /// Adds one of its revisions. Encodings one after the other are one message, so that nothing
    /// has to be decoded.
    fn add(&mut self, message: &[u8], salt: &[u8], digest: &[u8]) {
        let rest = seal(salt, digest);
        let length = message.len() + rest.encoded_len();
        encode_key(RESOURCES, WireType::LengthDelimited, &mut self.payload);
        encode_varint(length as u64, &mut self.payload);
        self.payload.extend_from_slice(message);
        rest.encode_raw(&mut self.payload);
    }

    /// The change as readers are told it.
    pub fn decode(self, epoch: Uuid) -> Result<Change, Refusal> {
        let change =
            Change::decode(self.payload.as_slice()).map_err(|error| status::internal(&error))?;
        let Self { position, hash, .. } = self;
        Ok(Change { epoch: epoch.to_string(), position, hash, ..change })
    }
}

/// What seals a revision: it is kept beside its message.
pub(super) fn seal(salt: &[u8], digest: &[u8]) -> ResourceChange {
    ResourceChange { salt: salt.to_vec(), digest: digest.to_vec(), ..ResourceChange::default() }
}
