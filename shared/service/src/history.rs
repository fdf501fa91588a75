//! The history of resources: every revision of each, and which of them holds at a moment.
//!
//! The rule: of the revisions that were known by the moment asked for, and that stood in the
//! database by then where that is asked for too, the one that became known last holds; of several
//! that became known at once, the last one.

use futures::{Stream, TryStreamExt};
use muster_proto::common::v1::ResourceChange;
use prost::Message;
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgRow};
use time::OffsetDateTime;

use crate::{context::AsOf, resource::Key};
use muster_values::name::MissionId;

/// A table of revisions: a service's own, or those of a feed that it follows.
#[derive(Clone, Copy, Debug)]
pub struct History(&'static str);

/// The service's own history.
pub const OWN: History = History("revisions");

/// The history of the deployment service, where it is followed.
pub const FOLLOWED: History = History("deployment_revisions");

/// A revision as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The ids in its resource's name.
    pub key: String,
    pub revision: i64,
    pub known_at: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
    /// A `muster.common.v1.ResourceChange`.
    pub message: Vec<u8>,
}

/// Which part of a collection is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range<'a> {
    pub collection: &'a str,
    /// The ids of the resource that they belong to, inside the mission; empty for the mission's own.
    pub parent: &'a str,
    /// The key after which the range begins.
    pub after: &'a str,
    pub limit: i64,
}

impl Revision {
    /// The whole of it.
    pub fn change(&self) -> Result<ResourceChange, prost::DecodeError> {
        ResourceChange::decode(self.message.as_slice())
    }

    /// The resource's message, as its Get answers with it.
    pub fn value(&self) -> Result<Vec<u8>, prost::DecodeError> {
        Ok(self.change()?.resource.unwrap_or_default().value)
    }
}

impl TryFrom<PgRow> for Revision {
    type Error = sqlx::Error;

    fn try_from(row: PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            key: row.try_get("key")?,
            revision: row.try_get("revision")?,
            known_at: row.try_get("known_at")?,
            recorded_at: row.try_get("recorded_at")?,
            message: row.try_get("message")?,
        })
    }
}

const COLUMNS: &str = "key, revision, known_at, recorded_at, message";

impl History {
    /// The revision of one resource that holds; `None` where nothing was known of it, or it was
    /// no longer there.
    pub async fn get(
        self,
        db: &mut PgConnection,
        mission: &MissionId,
        key: &Key,
        as_of: AsOf,
    ) -> Result<Option<Revision>, sqlx::Error> {
        let query = format!(
            "select * from (
                select {COLUMNS}, present from {table}
                where mission = $1 and collection = $2 and key = $3
                    and known_at <= coalesce($4, 'infinity')
                    and recorded_at <= coalesce($5, 'infinity')
                order by known_at desc, revision desc limit 1
            ) held where present",
            table = self.0
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(&key.collection)
            .bind(&key.key)
            .bind(as_of.known_by)
            .bind(as_of.recorded_by)
            .fetch_optional(db)
            .await?;
        row.map(Revision::try_from).transpose()
    }

    /// The last revision of a resource that says something, and not that it is gone.
    pub async fn last_said(
        self,
        db: &mut PgConnection,
        mission: &MissionId,
        key: &Key,
    ) -> Result<Option<Revision>, sqlx::Error> {
        let query = format!(
            "select {COLUMNS} from {table}
            where mission = $1 and collection = $2 and key = $3 and present
            order by known_at desc, revision desc limit 1",
            table = self.0
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(&key.collection)
            .bind(&key.key)
            .fetch_optional(db)
            .await?;
        row.map(Revision::try_from).transpose()
    }

    /// The revisions that hold of several resources, each of its own mission, in the order of the
    /// keys: one look into the index each.
    pub async fn get_all(
        self,
        db: &mut PgConnection,
        keys: &[(MissionId, Key, AsOf)],
    ) -> Result<Vec<Option<Revision>>, sqlx::Error> {
        let query = format!(
            "select held.* from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[],
                $5::timestamptz[])
                with ordinality as asked (of_mission, of_collection, of_key, known_by, recorded_by, n)
                left join lateral (
                    select {COLUMNS}, present from {table}
                    where mission = of_mission and collection = of_collection and key = of_key
                        and known_at <= coalesce(known_by, 'infinity')
                        and recorded_at <= coalesce(recorded_by, 'infinity')
                    order by known_at desc, revision desc limit 1
                ) held on true
            order by n",
            table = self.0
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(keys.iter().map(|(mission, ..)| mission.as_str()).collect::<Vec<_>>())
            .bind(keys.iter().map(|(_, key, _)| &*key.collection).collect::<Vec<_>>())
            .bind(keys.iter().map(|(_, key, _)| &*key.key).collect::<Vec<_>>())
            .bind(keys.iter().map(|(_, _, as_of)| as_of.known_by).collect::<Vec<_>>())
            .bind(keys.iter().map(|(_, _, as_of)| as_of.recorded_by).collect::<Vec<_>>())
            .fetch_all(db)
            .await?;
        let held = |row: PgRow| match row.try_get::<Option<bool>, _>("present")? {
            Some(true) => Revision::try_from(row).map(Some),
            _ => Ok(None),
        };
        rows.into_iter().map(held).collect()
    }

    /// The revisions that hold in a part of a collection, by key.
    pub async fn list(
        self,
        db: &mut PgConnection,
        mission: &MissionId,
        range: &Range<'_>,
        as_of: AsOf,
    ) -> Result<Vec<Revision>, sqlx::Error> {
        // Of the resources of `ken-1`, the keys begin with `ken-1/`; `0` is the letter after `/`.
        let (first, end) = match range.parent {
            "" => (String::new(), None),
            parent => (format!("{parent}/"), Some(format!("{parent}0"))),
        };
        let query = format!(
            "select * from (
                select distinct on (key) {COLUMNS}, present from {table}
                where mission = $1 and collection = $2 and greatest($3, $4) < key
                    and ($5::text is null or key < $5)
                    and known_at <= coalesce($6, 'infinity')
                    and recorded_at <= coalesce($7, 'infinity')
                order by key, known_at desc, revision desc
            ) held where present order by key limit $8",
            table = self.0
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(range.collection)
            .bind(range.after)
            .bind(first)
            .bind(end)
            .bind(as_of.known_by)
            .bind(as_of.recorded_by)
            .bind(range.limit)
            .fetch_all(db)
            .await?;
        rows.into_iter().map(Revision::try_from).collect()
    }

    /// The revisions that hold in a collection of the mission's own, one by one by key, after one
    /// key.
    pub fn each<'a>(
        self,
        db: &'a mut PgConnection,
        mission: &'a MissionId,
        collection: &'a str,
        after: &'a str,
        as_of: AsOf,
    ) -> impl Stream<Item = Result<Revision, sqlx::Error>> + Send + 'a {
        let query = format!(
            "select * from (
                select distinct on (key) {COLUMNS}, present from {table}
                where mission = $1 and collection = $2 and $3 < key
                    and known_at <= coalesce($4, 'infinity')
                    and recorded_at <= coalesce($5, 'infinity')
                order by key, known_at desc, revision desc
            ) held where present order by key",
            table = self.0
        );
        sqlx::query(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(collection)
            .bind(after)
            .bind(as_of.known_by)
            .bind(as_of.recorded_by)
            .fetch(db)
            .and_then(|row| std::future::ready(Revision::try_from(row)))
    }

    /// The revisions that hold of everything in some collections, by collection and key.
    pub async fn all(
        self,
        db: &mut PgConnection,
        mission: &MissionId,
        collections: &[&str],
        as_of: AsOf,
    ) -> Result<Vec<Revision>, sqlx::Error> {
        let query = format!(
            "select * from (
                select distinct on (collection, key) {COLUMNS}, collection, present from {table}
                where mission = $1 and collection = any($2)
                    and known_at <= coalesce($3, 'infinity')
                    and recorded_at <= coalesce($4, 'infinity')
                order by collection, key, known_at desc, revision desc
            ) held where present order by collection, key",
            table = self.0
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(collections)
            .bind(as_of.known_by)
            .bind(as_of.recorded_by)
            .fetch_all(db)
            .await?;
        rows.into_iter().map(Revision::try_from).collect()
    }

    /// The revisions that hold of the missions themselves, by id: of those named, or of all.
    pub async fn missions(
        self,
        db: &mut PgConnection,
        among: Option<&[String]>,
        (after, limit): (&str, i64),
        as_of: AsOf,
    ) -> Result<Vec<Revision>, sqlx::Error> {
        let query = format!(
            "select held.* from feeds join lateral (
                select {COLUMNS}, present from {table} r
                where r.mission = feeds.mission and collection = 'missions' and key = feeds.mission
                    and known_at <= coalesce($3, 'infinity')
                    and recorded_at <= coalesce($4, 'infinity')
                order by known_at desc, revision desc limit 1
            ) held on present
            where $1 < mission and ($2::text[] is null or mission = any($2))
            order by mission limit $5",
            table = self.0
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(after)
            .bind(among)
            .bind(as_of.known_by)
            .bind(as_of.recorded_by)
            .bind(limit)
            .fetch_all(db)
            .await?;
        rows.into_iter().map(Revision::try_from).collect()
    }

    /// Every revision of one resource that stood in the database by a moment, oldest first, after
    /// the revision of this number.
    pub async fn revisions(
        self,
        db: &mut PgConnection,
        mission: &MissionId,
        key: &Key,
        (after, limit): (i64, i64),
        recorded_by: Option<OffsetDateTime>,
    ) -> Result<Vec<Revision>, sqlx::Error> {
        let query = format!(
            "select {COLUMNS} from {table}
            where mission = $1 and collection = $2 and key = $3 and $4 < revision
                and recorded_at <= coalesce($5, 'infinity')
            order by revision limit $6",
            table = self.0
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(&key.collection)
            .bind(&key.key)
            .bind(after)
            .bind(recorded_by)
            .bind(limit)
            .fetch_all(db)
            .await?;
        rows.into_iter().map(Revision::try_from).collect()
    }

    /// The number of the last revision of each of these resources of one mission that was known and
    /// recorded by the moment asked for, in their order; 0 where there is none.
    pub async fn last_revisions(
        self,
        db: &mut PgConnection,
        mission: &MissionId,
        keys: &[Key],
        as_of: AsOf,
    ) -> Result<Vec<i64>, sqlx::Error> {
        let query = format!(
            "select coalesce((
                select max(revision) from {table}
                where mission = $1 and collection = of_collection and key = of_key
                    and known_at <= coalesce($4, 'infinity')
                    and recorded_at <= coalesce($5, 'infinity')
            ), 0) from unnest($2::text[], $3::text[]) with ordinality as t (of_collection, of_key, n)
            order by n",
            table = self.0
        );
        sqlx::query_scalar(AssertSqlSafe(query))
            .bind(mission.as_str())
            .bind(keys.iter().map(|key| &*key.collection).collect::<Vec<_>>())
            .bind(keys.iter().map(|key| &*key.key).collect::<Vec<_>>())
            .bind(as_of.known_by)
            .bind(as_of.recorded_by)
            .fetch_all(db)
            .await
    }
}
