//! Learns a mission anew from its snapshot, where its feed does not go on from the recorded place.

use std::collections::HashSet;

use muster_service::Work;

use super::{
    super::App,
    by_the_link, link,
    projection::{Events, project},
};
use crate::{
    domain::{
        deployment::{ReceivedRevision, Snapshot},
        link::Cursor,
    },
    store::{Error, timeline},
};

impl App {
    /// Takes over a snapshot in the place of all that was learnt before, in one transaction;
    /// `seen` is the recorded place that it replaces. Nothing happens where a replica was faster.
    pub async fn renew(&self, seen: Option<&Cursor>, snapshot: &Snapshot) -> anyhow::Result<()> {
        let Snapshot { mission, epoch, position, resources } = snapshot;
        let mut work = self.database.begin(&by_the_link(), mission).await?;
        if let Some(seen) = seen
            && !link::forget(work.db(), seen).await?
        {
            return Ok(());
        }
        let now = work.now();
        if 0 < *position && !link::begin_at(work.db(), mission, *epoch, *position, now).await? {
            return Ok(());
        }
        link::clear(work.db(), mission).await?;
        let revisions: Vec<(i64, &ReceivedRevision)> =
            resources.iter().map(|one| (*position, one)).collect();
        let told = project(&mut work, &revisions, Events::LastOfKnown).await?;
        withdraw(&mut work, resources, &told).await?;
        work.commit_without_answer().await?;
        self.applied.notify_waiters();
        Ok(())
    }

    /// Forgets what was learnt up to a place that means nothing any more.
    pub async fn forget(&self, cursor: &Cursor) -> anyhow::Result<()> {
        let mut work = self.database.begin(&by_the_link(), &cursor.mission).await?;
        if link::forget(work.db(), cursor).await? {
            link::clear(work.db(), &cursor.mission).await?;
            withdraw(&mut work, &[], &HashSet::new()).await?;
            work.commit_without_answer().await?;
        }
        Ok(())
    }
}

/// Drops the events of the mission's own steps that are not told of any more, and tells so. Those
/// of a resource of which something cannot be read stay.
async fn withdraw(
    work: &mut Work,
    resources: &[ReceivedRevision],
    told: &HashSet<String>,
) -> Result<(), Error> {
    let mission = work.mission().clone();
    let told: Vec<String> = told.iter().cloned().collect();
    let unreadable = resources.iter().filter(|one| one.content.is_err());
    let unreadable: Vec<String> = unreadable.map(|one| one.name.clone()).collect();
    for (id, revision) in timeline::drop_untold(work.db(), &mission, &told, &unreadable).await? {
        work.gone(mission.child("timelineEvents", &id), revision);
    }
    Ok(())
}
