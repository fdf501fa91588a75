//! Learns a mission anew from its snapshot, where its feed does not go on from the recorded place.

use muster_service::Work;

use super::{
    super::App, Snapshot, Taken, Told, by_the_link, events, link, park, take, timeline,
    together::tell, withdraw,
};
use crate::store::{Error, link::Cursor, resources::Latest};

impl App {
    /// Takes over a snapshot in the place of all that was learnt before, in one transaction;
    /// `seen` is the recorded place that it replaces. Nothing happens where a replica was faster.
    pub async fn renew(&self, seen: Option<&Cursor>, snapshot: &Snapshot) -> anyhow::Result<()> {
        // What cannot be stored is looked for only where there is something.
        if !self.renew_by(seen, snapshot, false).await? {
            self.renew_by(seen, snapshot, true).await?;
        }
        self.applied.notify_waiters();
        Ok(())
    }

    /// Takes over a snapshot, at once or one by one; false where something in it cannot be stored.
    async fn renew_by(
        &self,
        seen: Option<&Cursor>,
        snapshot: &Snapshot,
        one_by_one: bool,
    ) -> anyhow::Result<bool> {
        let Snapshot { mission, epoch, position, resources } = snapshot;
        let mut work = self.database.begin(&by_the_link(), mission).await?;
        if let Some(seen) = seen
            && !link::forget(work.db(), seen).await?
        {
            return Ok(true);
        }
        let now = work.now();
        if 0 < *position && !link::begin_at(work.db(), mission, *epoch, *position, now).await? {
            return Ok(true);
        }
        link::clear(work.db(), mission).await?;
        if one_by_one {
            let told = take_each(&mut work, resources, *position).await?;
            withdraw(&mut work, &told).await?;
        } else {
            let Some(latest) = readable(resources, *position) else { return Ok(false) };
            match tell(&mut work, &latest).await {
                Ok(Some(told)) => withdraw(&mut work, &told).await?,
                Ok(None) => return Ok(false),
                Err(error) if error.is_of_content() => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        work.settle().await?;
        Ok(true)
    }
}

/// The resources, where all of them can be read.
fn readable(resources: &[Told], position: i64) -> Option<Vec<Latest<'_>>> {
    let latest = resources.iter().map(|told| {
        let resource = told.content.as_ref().ok()?;
        Some(Latest { name: &told.name, revision: told.revision, position, resource })
    });
    latest.collect()
}

/// Takes in each resource by itself, those that others speak of first; answers the ids of the
/// events that they tell of, and for a resource that cannot be read of those that it told of.
async fn take_each(
    work: &mut Work,
    resources: &[Told],
    position: i64,
) -> Result<Vec<String>, Error> {
    let mut ids = Vec::new();
    let mission = work.mission().clone();
    let speaks = |told: &&Told| {
        told.content.as_ref().is_ok_and(|resource| events::about(resource).is_some())
    };
    let (later, first): (Vec<&Told>, Vec<&Told>) = resources.iter().partition(speaks);
    for told in first.into_iter().chain(later) {
        match take(work, told, position).await? {
            Taken::Stored(events, told) => {
                for event in &events {
                    work.changed(event);
                }
                ids.extend(told);
            }
            Taken::Old => {}
            Taken::Unfit(reason) => {
                let known = timeline::about(work.db(), &mission, &told.name).await?;
                ids.extend(known.into_iter().map(|event| event.id.to_string()));
                park(work, told, position, reason).await?;
            }
        }
    }
    Ok(ids)
}
