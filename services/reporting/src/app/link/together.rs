//! Applies many changes in one transaction, with few statements.

use std::collections::{BTreeMap, HashMap};

use muster_service::{Work, fault, feed::Applied};

use super::{super::App, Heard, by_the_link, events, link, resources, timeline};
use crate::{
    domain::{deployment::Resource, timeline::Event},
    store::{self, resources::Latest},
};

impl App {
    /// Applies changes of one mission in order: in one transaction where nothing is wrong with
    /// any of them, else one by one, so that only what is wrong is put aside.
    pub async fn apply_all(&self, heard: &[Heard]) -> anyhow::Result<Applied> {
        if 1 < heard.len()
            && let Some(applied) = self.apply_together(heard).await?
        {
            return Ok(applied);
        }
        for one in heard {
            if self.apply(one).await? == Applied::OutOfTurn {
                return Ok(Applied::OutOfTurn);
            }
        }
        Ok(Applied::Now)
    }

    /// Applies changes in one transaction; `None` where something is wrong with one of them, and
    /// nothing was done.
    async fn apply_together(&self, heard: &[Heard]) -> anyhow::Result<Option<Applied>> {
        let [first, .., last] = heard else { return Ok(None) };
        let follow = |pair: &[Heard]| {
            pair[0].epoch == pair[1].epoch && pair[0].position + 1 == pair[1].position
        };
        if !heard.windows(2).all(follow) {
            return Ok(None);
        }
        let mission = &first.mission;
        let mut work = self.database.begin(&by_the_link(), mission).await?;
        let (places, now) = ((first.position, last.position), work.now());
        if !link::advance(work.db(), mission, first.epoch, places, now).await? {
            return Ok(Some(Applied::OutOfTurn));
        }
        if fault::mutated("cursor-outside-transaction") {
            work.split().await?;
        }
        let names = names(heard);
        if link::any_waits(work.db(), mission, &names).await? {
            return Ok(None);
        }
        let known = resources::revisions(work.db(), mission, &names).await?;
        let Some(latest) = latest(heard, known) else { return Ok(None) };
        match tell(&mut work, &latest).await {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(None),
            Err(error) if error.is_of_content() => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        work.settle().await?;
        self.applied.notify_waiters();
        Ok(Some(Applied::Now))
    }
}

/// The resources that changes tell of, each once.
fn names(heard: &[Heard]) -> Vec<String> {
    let told = heard.iter().flat_map(|heard| &heard.resources);
    let mut names: Vec<String> = told.map(|told| told.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the changes tell of each resource last; `None` where one cannot be taken as it comes.
fn latest(heard: &[Heard], mut known: HashMap<String, i64>) -> Option<Vec<Latest<'_>>> {
    let mut latest = BTreeMap::new();
    for (position, told) in
        heard.iter().flat_map(|heard| heard.resources.iter().map(|told| (heard.position, told)))
    {
        let resource = told.content.as_ref().ok()?;
        match known.get(&told.name) {
            Some(known) if told.revision <= *known => continue,
            Some(known) if told.revision != known + 1 => return None,
            _ => {}
        }
        known.insert(told.name.clone(), told.revision);
        let (name, revision) = (told.name.as_str(), told.revision);
        latest.insert(name, Latest { name, revision, position, resource });
    }
    Some(latest.into_values().collect())
}

/// Stores resources and the events that follow from them; answers the ids of all events that they
/// tell of, or `None` where one of those is taken.
pub(super) async fn tell(
    work: &mut Work,
    latest: &[Latest<'_>],
) -> Result<Option<Vec<String>>, store::Error> {
    let mission = work.mission().clone();
    resources::put_all(work.db(), &mission, latest).await?;
    let (told, ids) = retold(work, latest).await?;
    let (new, changed): (Vec<&Event>, Vec<&Event>) =
        told.iter().partition(|event| event.revision == 1);
    if !timeline::insert_all(work.db(), &mission, &new).await? {
        return Ok(None);
    }
    for event in changed {
        timeline::update(work.db(), event).await?;
    }
    for event in &told {
        work.changed(event);
    }
    Ok(Some(ids))
}

/// The events that are not in the timeline as the resources tell them, and the ids of all.
async fn retold(
    work: &mut Work,
    latest: &[Latest<'_>],
) -> Result<(Vec<Event>, Vec<String>), store::Error> {
    let (mission, now) = (work.mission().clone(), work.now());
    let about = latest.iter().filter_map(|told| events::about(told.resource));
    let about: Vec<String> = about.map(str::to_owned).collect();
    let spoken_of: HashMap<String, Resource> =
        resources::get_all(work.db(), &mission, &about).await?;
    let names: Vec<String> = latest.iter().map(|told| told.name.to_owned()).collect();
    let known = timeline::about_all(work.db(), &mission, &names).await?;
    let known: HashMap<&str, &Event> =
        known.iter().map(|event| (event.id.as_str(), event)).collect();
    let (mut told, mut ids) = (Vec::new(), Vec::new());
    for Latest { name, resource, .. } in latest {
        let whom = events::about(resource).and_then(|name| spoken_of.get(name));
        for fact in events::of(resource, whom) {
            let event = fact.into_event(&mission, name, now);
            ids.push(event.id.to_string());
            match known.get(event.id.as_str()) {
                Some(known) if events::says_the_same(known, &event) => {}
                Some(known) => told.push(events::next_revision(known, event)),
                None => told.push(event),
            }
        }
    }
    Ok((told, ids))
}
