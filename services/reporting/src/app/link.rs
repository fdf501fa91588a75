//! Follows the deployment service: applies what its feed tells, exactly once in effect.

mod together;
mod renewal;

use std::{sync::Arc, time::Duration};

use muster_service::{
    Context, MissionId, Work, fault,
    feed::Applied,
    identity::Principal,
    page::{Page, Paged},
    server::Caller,
};
use sqlx::{Connection, PgConnection};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::{App, Error, events, number_after};
use crate::{
    domain::{deployment::Resource, timeline::Event},
    store::{
        self,
        link::{self, Cursor, Parked},
        resources, timeline,
    },
};

/// How long one change may take to apply.
const APPLY_LIMIT: Duration = Duration::from_secs(30);

/// A change as the feed told it.
#[derive(Debug)]
pub struct Heard {
    pub mission: MissionId,
    pub epoch: Uuid,
    pub position: i64,
    pub resources: Vec<Told>,
}

/// A mission as the deployment service tells it at one position.
#[derive(Debug)]
pub struct Snapshot {
    pub mission: MissionId,
    pub epoch: Uuid,
    pub position: i64,
    pub resources: Vec<Told>,
}

/// One resource that a change told of.
#[derive(Debug)]
pub struct Told {
    pub name: String,
    pub revision: i64,
    /// What it is now, or why that cannot be read.
    pub content: Result<Resource, String>,
    /// What came over the wire, to be kept where it cannot be applied.
    pub payload: Vec<u8>,
}

/// How far one mission's feed has been followed.
#[derive(Debug)]
pub struct Status {
    pub mission: MissionId,
    /// `None` for a mission that was not heard of.
    pub cursor: Option<Cursor>,
    pub parked: i64,
}

/// What became of a resource that was told of.
enum Taken {
    /// It is stored; these events follow from it anew, of all that it tells of, by their ids.
    Stored(Vec<Event>, Vec<String>),
    /// What is stored is as new already.
    Old,
    /// It cannot be stored, and why.
    Unfit(String),
}

impl App {
    /// Applies a change and records its place, both in one transaction.
    async fn apply(&self, heard: &Heard) -> anyhow::Result<Applied> {
        let Heard { mission, epoch, position, .. } = heard;
        let mut work = self.database.begin(&by_the_link(), mission).await?;
        let now = work.now();
        if !link::advance(work.db(), mission, *epoch, (*position, *position), now).await? {
            return Ok(Applied::OutOfTurn);
        }
        if fault::mutated("cursor-outside-transaction") {
            work.split().await?;
        }
        for told in &heard.resources {
            match take(&mut work, told, *position).await? {
                Taken::Stored(events, _) => events.iter().for_each(|event| work.changed(event)),
                Taken::Old => {}
                Taken::Unfit(reason) => park(&mut work, told, *position, reason).await?,
            }
        }
        work.settle().await?;
        self.applied.notify_waiters();
        Ok(Applied::Now)
    }

    /// The recorded place in each mission's feed.
    pub async fn places(&self) -> anyhow::Result<Vec<Cursor>> {
        let mut db = self.database.reader().await?;
        Ok(link::cursors(&mut db).await?)
    }

    /// The recorded place in one mission's feed.
    pub async fn place(&self, mission: &MissionId) -> anyhow::Result<Option<Cursor>> {
        let mut db = self.database.reader().await?;
        Ok(link::cursor(&mut db, mission).await?)
    }

    /// Forgets what was learnt up to a place that means nothing any more.
    pub async fn forget(&self, cursor: &Cursor) -> anyhow::Result<()> {
        let mut work = self.database.begin(&by_the_link(), &cursor.mission).await?;
        if link::forget(work.db(), cursor).await? {
            link::clear(work.db(), &cursor.mission).await?;
            withdraw(&mut work, &[]).await?;
            work.settle().await?;
        }
        Ok(())
    }

    pub async fn link_status(
        &self,
        context: &Context,
        mission: MissionId,
    ) -> Result<Status, Error> {
        let mut db = self.read(context, &mission).await?;
        let cursor = link::cursor(&mut db, &mission).await?;
        let parked = link::count_parked(&mut db, &mission).await?;
        Ok(Status { mission, cursor, parked })
    }

    pub async fn list_parked(
        &self,
        context: &Context,
        mission: &MissionId,
        page: &Page,
    ) -> Result<Paged<Parked>, Error> {
        let after = number_after(page)?;
        let mut db = self.read(context, mission).await?;
        let found = link::list_parked(&mut db, mission, after, page.limit()).await?;
        Ok(page.cut_by(found, |parked| parked.sequence.to_string(), |parked| parked.reason.len()))
    }
}

/// Takes in one resource; whatever is wrong with its content leaves the rest of the change whole.
async fn take(work: &mut Work, told: &Told, position: i64) -> Result<Taken, store::Error> {
    let (mission, now) = (work.mission().clone(), work.now());
    if link::waits(work.db(), &mission, &told.name).await? {
        return Ok(Taken::Unfit("an earlier change of the resource waits".to_owned()));
    }
    let resource = match &told.content {
        Ok(resource) => resource,
        Err(reason) => return Ok(Taken::Unfit(reason.clone())),
    };
    let mut savepoint = work.db().begin().await?;
    match project(&mut savepoint, &mission, told, resource, position, now).await {
        Ok(Taken::Unfit(reason)) => {
            savepoint.rollback().await?;
            Ok(Taken::Unfit(reason))
        }
        Ok(taken) => {
            savepoint.commit().await?;
            Ok(taken)
        }
        Err(error) if error.is_of_content() => {
            savepoint.rollback().await?;
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                name = told.name,
                "cannot store what the feed told"
            );
            Ok(Taken::Unfit("its content cannot be stored".to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Stores a resource and the events that follow from it, where it is the next of its revisions.
async fn project(
    db: &mut PgConnection,
    mission: &MissionId,
    told: &Told,
    resource: &Resource,
    position: i64,
    now: OffsetDateTime,
) -> Result<Taken, store::Error> {
    match resources::revision(db, mission, &told.name).await? {
        Some(known) if told.revision <= known => return Ok(Taken::Old),
        Some(known) if told.revision != known + 1 => {
            return Ok(Taken::Unfit(format!("revision {} follows {known}", told.revision)));
        }
        _ => {}
    }
    resources::put(db, mission, &told.name, told.revision, position, resource).await?;
    let (changed, ids) = retell(db, mission, &told.name, resource, now).await?;
    for event in &changed {
        let stored = match event.revision {
            1 => timeline::insert(db, event).await?,
            _ => timeline::update(db, event).await.map(|()| true)?,
        };
        if !stored {
            let name = mission.child("timelineEvents", &event.id);
            return Ok(Taken::Unfit(format!("{name} is taken")));
        }
    }
    Ok(Taken::Stored(changed, ids))
}

/// The events that a resource tells of and that are not in the timeline as it tells them, and the
/// ids of all that it tells of.
async fn retell(
    db: &mut PgConnection,
    mission: &MissionId,
    name: &str,
    resource: &Resource,
    now: OffsetDateTime,
) -> Result<(Vec<Event>, Vec<String>), store::Error> {
    let whom = match events::about(resource) {
        Some(whom) => resources::get(db, mission, whom).await?,
        None => None,
    };
    let known = timeline::about(db, mission, name).await?;
    let told = events::of(resource, whom.as_ref()).into_iter();
    let told: Vec<Event> = told.map(|fact| fact.into_event(mission, name, now)).collect();
    let ids = told.iter().map(|event| event.id.to_string()).collect();
    let changed = told.into_iter().filter_map(|event| {
        match known.iter().find(|known| known.id == event.id) {
            Some(known) if events::says_the_same(known, &event) => None,
            Some(known) => Some(events::next_revision(known, event)),
            None => Some(event),
        }
    });
    Ok((changed.collect(), ids))
}

/// Drops the events of the mission's own steps but for those with these ids, and tells so.
async fn withdraw(work: &mut Work, told: &[String]) -> Result<(), store::Error> {
    let mission = work.mission().clone();
    for (id, revision) in timeline::drop_untold(work.db(), &mission, told).await? {
        work.gone(mission.child("timelineEvents", &id), revision);
    }
    Ok(())
}

async fn park(
    work: &mut Work,
    told: &Told,
    position: i64,
    reason: String,
) -> Result<(), store::Error> {
    tracing::warn!(name = told.name, revision = told.revision, position, reason, "change parked");
    let mission = work.mission().clone();
    let parked =
        Parked { sequence: 0, name: told.name.clone(), revision: told.revision, position, reason };
    link::park(work.db(), &mission, &parked, &told.payload).await
}

/// Nobody called: the link itself changes what this service knows.
fn by_the_link() -> Context {
    let principal = Principal { subject: "link".into(), grants: Arc::default(), until: None };
    Context {
        caller: Arc::new(Caller { principal, method: "link".into(), allowed: &[] }),
        deadline: Instant::now() + APPLY_LIMIT,
        request_id: None,
        fingerprint: [0; 32],
        tokens: Arc::default(),
    }
}
