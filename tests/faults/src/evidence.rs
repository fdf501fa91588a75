//! What is left when everything has come to rest: the databases, and what the services answer.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, ensure};
use muster_proto::common::v1::ResourceChange;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    caller::Caller,
    checks::is_poison,
    history::Spot,
    script,
    watcher::Heads,
    world::{REPLICAS, SERVICES, World},
};

/// How long the other service may make no headway until it counts as stuck.
const STUCK: Duration = Duration::from_secs(20);
/// How long a service may not answer a read although nothing is broken any more.
const READ_LIMIT: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(50);

/// Where a feed stands.
#[derive(Clone, Debug)]
pub struct Head {
    pub epoch: String,
    pub last_position: i64,
    pub last_hash: Vec<u8>,
}

/// One change as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its hash covers these besides the hash before.
    pub digests: Vec<Vec<u8>>,
    pub hash: Vec<u8>,
    pub resources: Vec<ResourceChange>,
    /// Resources whose digest is not that of what is kept of them.
    pub forged: Vec<String>,
}

/// A request id that a service remembers.
#[derive(Clone, Debug)]
pub struct Key {
    pub method: String,
    pub request_id: String,
    pub spot: Option<Spot>,
    pub response: Option<Vec<u8>>,
}

/// One resource as the reporting service knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projected {
    pub revision: i64,
    pub position: i64,
    pub body: Vec<u8>,
}

/// A line of the ledger of people.
#[derive(Clone, Debug)]
pub struct Entry {
    pub mission: String,
    pub contingent: String,
    pub from: String,
    pub to: String,
    pub headcount: i64,
    pub effective_at: OffsetDateTime,
    pub cause: String,
}

/// What a movement says of its people.
#[derive(Clone, Debug)]
pub struct Movement {
    pub name: String,
    pub departed: i64,
    pub arrived: i64,
}

#[derive(Clone, Debug)]
pub struct Mandate {
    pub mission: String,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub ceiling: Option<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// By service and mission.
    pub heads: BTreeMap<(String, String), Head>,
    pub changes: BTreeMap<Spot, Stored>,
    pub keys: Vec<Key>,
    /// By mission.
    pub cursors: BTreeMap<String, i64>,
    /// By name of the resource.
    pub projection: BTreeMap<String, Projected>,
    /// The same after the reporting service followed all feeds from their beginning again.
    pub rebuilt: BTreeMap<String, Projected>,
    pub parked: Vec<String>,
    /// What the services answer of each resource, by its name; `None` for what is not found.
    pub served: BTreeMap<String, Option<Vec<u8>>>,
    pub ledger: Vec<Entry>,
    pub movements: Vec<Movement>,
    pub mandates: Vec<Mandate>,
    /// What was not refused although the epoch is another.
    pub epochs: Vec<String>,
}

/// Waits until the reporting service has followed everything, and tells where all feeds end.
pub async fn rest(world: &World) -> anyhow::Result<BTreeMap<&'static str, Heads>> {
    let mut patience = Instant::now() + STUCK;
    let mut deployment = world.sql(SERVICES[0]).await?;
    let mut reporting = world.sql(SERVICES[1]).await?;
    let mut last = (BTreeMap::new(), BTreeMap::new());
    loop {
        let ends = positions(
            &mut deployment,
            "select mission, last_position as position, epoch::text from deployment.feeds",
        )
        .await?;
        let followed = positions(
            &mut reporting,
            "select mission, position, epoch::text from reporting.link_cursors",
        )
        .await?;
        let heads = BTreeMap::from([
            (SERVICES[0], without_epoch(&ends)),
            (SERVICES[1], without_epoch(&positions(&mut reporting, "select mission, last_position as position, epoch::text from reporting.feeds").await?)),
        ]);
        let state = (heads, followed);
        if state != last {
            patience = Instant::now() + STUCK;
        } else if ends == state.1 || patience < Instant::now() {
            return Ok(state.0);
        }
        last = state;
        tokio::time::sleep(PAUSE).await;
    }
}

fn without_epoch(positions: &BTreeMap<String, (i64, String)>) -> Heads {
    positions.iter().map(|(mission, (position, _))| (mission.clone(), *position)).collect()
}

async fn positions(
    db: &mut PgConnection,
    query: &'static str,
) -> anyhow::Result<BTreeMap<String, (i64, String)>> {
    let rows = sqlx::query(query).fetch_all(db).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("mission")?, (row.try_get("position")?, row.try_get("epoch")?))))
        .collect()
}

impl Evidence {
    /// Reads everything.
    pub async fn gather(world: &World, caller: &Caller) -> anyhow::Result<Self> {
        let mut evidence = Self::default();
        for service in SERVICES {
            let mut db = world.sql(service).await?;
            evidence.read_feeds(&mut db, service).await?;
            evidence.read_keys(&mut db, service).await?;
        }
        let mut db = world.sql(SERVICES[1]).await?;
        evidence.cursors = without_epoch(
            &positions(
                &mut db,
                "select mission, position, epoch::text from reporting.link_cursors",
            )
            .await?,
        );
        evidence.projection = projection(&mut db).await?;
        let parked = sqlx::query("select distinct name from reporting.parked_changes");
        for row in parked.fetch_all(&mut db).await? {
            evidence.parked.push(row.try_get("name")?);
        }
        evidence.read_people(&mut world.sql(SERVICES[0]).await?).await?;
        evidence.ask(caller).await?;
        Ok(evidence)
    }

    async fn read_feeds(&mut self, db: &mut PgConnection, service: &str) -> anyhow::Result<()> {
        let heads =
            format!("select mission, epoch::text, last_position, last_hash from {service}.feeds");
        for row in sqlx::query(AssertSqlSafe(heads)).fetch_all(&mut *db).await? {
            let head = Head {
                epoch: row.try_get("epoch")?,
                last_position: row.try_get("last_position")?,
                last_hash: row.try_get("last_hash")?,
            };
            self.heads.insert((service.to_owned(), row.try_get("mission")?), head);
        }
        let changes = format!(
            "select mission, position, hash, message, salt, digest
            from {service}.changes left join {service}.revisions using (mission, position)
            order by mission, position, ordinal"
        );
        for row in sqlx::query(AssertSqlSafe(changes)).fetch_all(db).await? {
            let (mission, position) = (row.try_get("mission")?, row.try_get("position")?);
            let spot = Spot { service: service.to_owned(), mission, position };
            let hash = row.try_get("hash")?;
            let stored = self.changes.entry(spot).or_insert_with(|| Stored {
                digests: Vec::new(),
                hash,
                resources: Vec::new(),
                forged: Vec::new(),
            });
            let Some(message) = row.try_get::<Option<Vec<u8>>, _>("message")? else { continue };
            let (salt, digest): (Vec<u8>, Vec<u8>) = (row.try_get("salt")?, row.try_get("digest")?);
            let told = ResourceChange::decode(&*message).context("a revision cannot be read")?;
            let mut own = Sha256::new();
            own.update(salt);
            own.update(message);
            if own.finalize().to_vec() != digest {
                stored.forged.push(told.name.clone());
            }
            stored.digests.push(digest);
            stored.resources.push(told);
        }
        Ok(())
    }

    async fn read_keys(&mut self, db: &mut PgConnection, service: &str) -> anyhow::Result<()> {
        let keys = format!(
            "select k.method, k.request_id::text, k.mission, k.position, r.message as response
            from {service}.idempotency_keys k
                left join {service}.revisions r using (mission, position, ordinal)"
        );
        for row in sqlx::query(AssertSqlSafe(keys)).fetch_all(db).await? {
            let mission: Option<String> = row.try_get("mission")?;
            let position: Option<i64> = row.try_get("position")?;
            let spot = mission.zip(position).map(|(mission, position)| Spot {
                service: service.to_owned(),
                mission,
                position,
            });
            self.keys.push(Key {
                method: row.try_get("method")?,
                request_id: row.try_get("request_id")?,
                spot,
                response: row.try_get("response")?,
            });
        }
        Ok(())
    }

    async fn read_people(&mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        let entries = "select mission, contingent, from_account, to_account, headcount::bigint,
                effective_at, cause
            from deployment.headcount_entries";
        for row in sqlx::query(entries).fetch_all(&mut *db).await? {
            self.ledger.push(Entry {
                mission: row.try_get("mission")?,
                contingent: row.try_get("contingent")?,
                from: row.try_get("from_account")?,
                to: row.try_get("to_account")?,
                headcount: row.try_get("headcount")?,
                effective_at: row.try_get("effective_at")?,
                cause: row.try_get("cause")?,
            });
        }
        let movements = "select 'missions/' || mission || '/movements/' || id as name,
                departed::bigint, (select coalesce(sum(headcount), 0)::bigint
                    from deployment.arrivals a
                    where a.mission = m.mission and a.movement = m.id) as arrived
            from deployment.movements m";
        for row in sqlx::query(movements).fetch_all(&mut *db).await? {
            self.movements.push(Movement {
                name: row.try_get("name")?,
                departed: row.try_get("departed")?,
                arrived: row.try_get("arrived")?,
            });
        }
        let mandates = "select mission, starts_at, ends_at, personnel_ceiling::bigint as ceiling
            from deployment.mandates";
        for row in sqlx::query(mandates).fetch_all(db).await? {
            self.mandates.push(Mandate {
                mission: row.try_get("mission")?,
                starts_at: row.try_get("starts_at")?,
                ends_at: row.try_get("ends_at")?,
                ceiling: row.try_get("ceiling")?,
            });
        }
        Ok(())
    }

    /// The last that the feeds tell of each resource, with the change that told of it.
    pub fn fold(&self) -> BTreeMap<String, (&Spot, &ResourceChange)> {
        let mut fold = BTreeMap::new();
        for (spot, stored) in &self.changes {
            for told in &stored.resources {
                fold.insert(told.name.clone(), (spot, told));
            }
        }
        fold
    }

    /// Asks the services for every resource that their feeds tell of.
    async fn ask(&mut self, caller: &Caller) -> anyhow::Result<()> {
        let getters = script::getters();
        let resources: Vec<(String, String)> = (self.fold().into_iter())
            // The services answer INTERNAL for these, since no message can be made of them.
            .filter(|(name, _)| !is_poison(name))
            .map(|(name, (_, told))| (name, kind(told).to_owned()))
            .collect();
        for (number, (name, kind)) in resources.into_iter().enumerate() {
            let Some(getter) = getters.get(&kind) else { continue };
            let answer = answer(caller, getter, &name, number).await?;
            self.served.insert(name, answer.map(|message| message.encode_to_vec()));
        }
        Ok(())
    }
}

/// The full name of what a change tells of; empty for what is no longer there.
pub fn kind(told: &ResourceChange) -> &str {
    let url = told.resource.as_ref().map(|any| any.type_url.as_str());
    url.and_then(|url| url.rsplit('/').next()).unwrap_or_default()
}

async fn answer(
    caller: &Caller,
    getter: &MethodDescriptor,
    name: &str,
    number: usize,
) -> anyhow::Result<Option<DynamicMessage>> {
    let patience = Instant::now() + READ_LIMIT;
    loop {
        match caller.get(getter, name, number % REPLICAS, &[]).await {
            Ok(message) => return Ok(Some(message)),
            Err(status) if status.code() == tonic::Code::NotFound => return Ok(None),
            Err(status) => ensure!(Instant::now() < patience, "{name} cannot be read: {status}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Everything that the reporting service knows of the other one.
pub async fn projection(db: &mut PgConnection) -> anyhow::Result<BTreeMap<String, Projected>> {
    let resources = "select distinct on (mission, collection, key) revision, position, message
        from reporting.deployment_revisions order by mission, collection, key, revision desc";
    let mut projection = BTreeMap::new();
    for row in sqlx::query(resources).fetch_all(db).await? {
        let message: Vec<u8> = row.try_get("message")?;
        let told = ResourceChange::decode(&*message).context("a revision cannot be read")?;
        let projected = Projected {
            revision: row.try_get("revision")?,
            position: row.try_get("position")?,
            body: told.resource.unwrap_or_default().value,
        };
        projection.insert(told.name, projected);
    }
    Ok(projection)
}
