//! Follows the deployment service: applies what its feed tells, exactly once in effect.

mod projection;
mod renewal;

use std::{sync::Arc, time::Duration};

use muster_service::{
    Context, context::Caller, feed::Applied, identity::Principal, page::Page, page::Paged,
    standard::Reads,
};
use muster_values::MissionId;
use tokio::time::Instant;

use super::{App, Error};
use crate::{
    domain::{
        deployment::{ReceivedChange, ReceivedRevision},
        link::{Cursor, LinkStatus, ParkedChange},
    },
    store::link,
};

/// How long a batch of changes may take to apply.
const APPLY_LIMIT: Duration = Duration::from_secs(30);

impl App {
    /// Applies changes of one mission in order, and records the place of the last, all in one
    /// transaction. A revision that cannot be read is parked, with all later ones of its resource;
    /// the rest of its change is applied.
    pub async fn apply(&self, received: &[ReceivedChange]) -> anyhow::Result<Applied> {
        let follow = |one: &ReceivedChange, next: &ReceivedChange| {
            one.epoch == next.epoch && one.position + 1 == next.position
        };
        // What comes after a gap is read again, from where this ends.
        let Some(run) = received.chunk_by(follow).next() else { return Ok(Applied::Now) };
        let [first, ..] = run else { return Ok(Applied::Now) };
        let (mission, last) = (&first.mission, run.last().unwrap_or(first));
        let mut work = self.database.begin(&by_the_link(), mission).await?;
        let (places, now) = ((first.position, last.position), work.now());
        if !link::advance(work.db(), mission, first.epoch, places, now).await? {
            return Ok(Applied::OutOfTurn);
        }
        let revisions: Vec<(i64, &ReceivedRevision)> = run
            .iter()
            .flat_map(|change| change.resources.iter().map(|one| (change.position, one)))
            .collect();
        projection::project(&mut work, &revisions, projection::Events::EachRevision).await?;
        work.commit_without_answer().await?;
        self.applied.notify_waiters();
        Ok(if run.len() == received.len() { Applied::Now } else { Applied::OutOfTurn })
    }

    /// The recorded cursor of each mission's feed.
    pub async fn cursors(&self) -> anyhow::Result<Vec<Cursor>> {
        let mut db = self.database.connection().await?;
        Ok(link::cursors(&mut db).await?)
    }

    /// The recorded cursor of one mission's feed.
    pub async fn cursor(&self, mission: &MissionId) -> anyhow::Result<Option<Cursor>> {
        let mut db = self.database.connection().await?;
        Ok(link::cursor(&mut db, mission).await?)
    }

    pub async fn link_status(
        &self,
        context: &Context,
        mission: MissionId,
    ) -> Result<LinkStatus, Error> {
        let mut reader = self.read(context, &mission).await?;
        let cursor = link::cursor(reader.db(), &mission).await?;
        let parked = link::count_parked(reader.db(), &mission).await?;
        Ok(LinkStatus { mission, cursor, parked })
    }

    pub async fn list_parked(
        &self,
        context: &Context,
        mission: &MissionId,
        page: &Page,
    ) -> Result<Paged<ParkedChange>, Error> {
        let after = page.number()?;
        self.admit(context, mission).await?;
        let mut reader = self.reader(context, mission).await?;
        let found = link::list_parked(reader.db(), mission, after, page.limit()).await?;
        Ok(page.cut_by(found, |parked| parked.sequence.to_string(), |parked| parked.reason.len()))
    }
}

/// Nobody called: the link itself changes what this service knows.
fn by_the_link() -> Context {
    let principal = Principal { subject: "link".into(), grants: Arc::default(), until: None };
    let caller = Arc::new(Caller { principal, method: "link".into(), allowed: &[] });
    Context::of_the_service(caller, Instant::now() + APPLY_LIMIT)
}
