//! Projects revisions of the deployment service: into its history here, and into the timeline.

use std::collections::{BTreeMap, HashMap, HashSet};

use muster_service::{Work, context::AsOf, history::OWN, resource::Key};
use muster_values::{Id, MissionId, Stored};
use time::OffsetDateTime;

use super::super::{events, zone};
use crate::{
    convert,
    domain::{
        deployment::{ReceivedRevision, Resource},
        link::ParkedChange,
        timeline::Event,
    },
    store::{self, deployment, link, timeline},
};

/// Which revisions of an event the timeline is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Events {
    /// One for each revision of its resource that changes it.
    EachRevision,
    /// Of an event that is in the timeline already, only the last: its history is there.
    LastOfKnown,
}

/// A revision that is fit to be stored, with the position that told of it and what it says.
struct Fit<'a> {
    position: i64,
    received: &'a ReceivedRevision,
    resource: Option<&'a Resource>,
}

/// Stores revisions, which come in the order in which they were made, each with the position that
/// told of it, and the events that follow from them. A revision that is not fit is parked. Answers
/// the ids of the events that the resources tell of now.
pub async fn project(
    work: &mut Work,
    received: &[(i64, &ReceivedRevision)],
    which: Events,
) -> Result<HashSet<String>, store::Error> {
    let (fit, unfit) = sort(work, received, which).await?;
    for (position, received, reason) in unfit {
        park(work, received, position, reason).await?;
    }
    let mission = work.mission().clone();
    let rows: Vec<_> = fit.iter().map(|fit| (fit.position, fit.received)).collect();
    deployment::insert_all(work.db(), &mission, &rows).await?;
    project_events(work, &fit, which).await
}

/// Parts what can be stored from what cannot, with the reason.
async fn sort<'a>(
    work: &mut Work,
    received: &[(i64, &'a ReceivedRevision)],
    which: Events,
) -> Result<(Vec<Fit<'a>>, Vec<(i64, &'a ReceivedRevision, String)>), store::Error> {
    let mission = work.mission().clone();
    // A snapshot tells of a resource what came after a revision that cannot be read; what it is
    // now counts, and of that one moment nothing is known.
    let last: HashMap<&str, bool> =
        received.iter().map(|(_, one)| (one.name.as_str(), one.content.is_ok())).collect();
    let is_healed = |one: &ReceivedRevision| {
        which == Events::LastOfKnown && last.get(one.name.as_str()) == Some(&true)
    };
    let mut names: Vec<String> = received.iter().map(|(_, one)| one.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let mut waiting = link::waiting(work.db(), &mission, &names).await?;
    let mut known = deployment::last_revisions(work.db(), &mission, &names).await?;
    let (mut fit, mut unfit) = (Vec::new(), Vec::new());
    for (position, received) in received {
        let (position, received) = (*position, *received);
        let last = known.get(&received.name).copied();
        let reason = match &received.content {
            _ if waiting.contains(&received.name) => {
                "an earlier change of the resource waits".to_owned()
            }
            Err(_) if is_healed(received) => {
                known.insert(received.name.clone(), received.revision);
                fit.push(Fit { position, received, resource: None });
                continue;
            }
            Err(reason) => reason.clone(),
            Ok(_) if last.is_some_and(|last| received.revision <= last) => continue,
            Ok(_) if last.is_some_and(|last| received.revision != last + 1) => {
                format!("revision {} follows {}", received.revision, last.unwrap_or_default())
            }
            Ok(content) => {
                known.insert(received.name.clone(), received.revision);
                fit.push(Fit { position, received, resource: content.as_ref() });
                continue;
            }
        };
        waiting.insert(received.name.clone());
        unfit.push((position, received, reason));
    }
    Ok((fit, unfit))
}

/// Brings the timeline to what the revisions tell.
async fn project_events(
    work: &mut Work,
    fit: &[Fit<'_>],
    which: Events,
) -> Result<HashSet<String>, store::Error> {
    let mission = work.mission().clone();
    let told = facts(work, fit).await?;
    let ids: Vec<String> = told.keys().map(ToString::to_string).collect();
    let present = timeline::of_ids(work.db(), &mission, &ids).await?;
    let mut present: HashMap<Id, Stored<Event>> =
        present.into_iter().map(|event| (event.id.clone(), event)).collect();
    let keys: Vec<Key> = ids.iter().map(|id| key_of(id)).collect();
    let last = OWN.last_revisions(work.db(), &mission, &keys, AsOf::default()).await?;
    let mut stored = Vec::new();
    for ((id, mut revisions), last) in told.into_iter().zip(last) {
        let known = present.remove(&id);
        if known.is_some() && which == Events::LastOfKnown {
            revisions.drain(..revisions.len() - 1);
        }
        stored.extend(next_revisions(work, known, last, revisions));
    }
    let taken = timeline::put_all(work.db(), &mission, &stored).await?;
    for id in taken {
        tracing::warn!(id, "a step of the mission has no event: its id is taken");
    }
    Ok(ids.into_iter().collect())
}

/// Tells the feed of the revisions that an event goes through; answers how it stands at the end,
/// where that is new.
fn next_revisions(
    work: &mut Work,
    mut known: Option<Stored<Event>>,
    mut last: i64,
    revisions: Vec<(Stored<Event>, OffsetDateTime)>,
) -> Option<Stored<Event>> {
    let mut changed = false;
    for (event, known_at) in revisions {
        let event = match &known {
            Some(known) if known.content == event.content => continue,
            Some(known) => Stored { created_at: known.created_at, ..event },
            None => event,
        };
        last += 1;
        let event = Stored { revision: last, ..event };
        work.changed_as_known_at(&event, known_at);
        known = Some(event);
        changed = true;
    }
    known.filter(|_| changed)
}

/// The events that the revisions tell of, each as every revision of its resource has it and with
/// the moment at which that became known.
async fn facts(
    work: &mut Work,
    fit: &[Fit<'_>],
) -> Result<BTreeMap<Id, Vec<(Stored<Event>, OffsetDateTime)>>, store::Error> {
    let (mission, now) = (work.mission().clone(), work.now());
    let related = fit.iter().filter_map(|fit| events::related(fit.resource?));
    let related: Vec<String> = related.map(str::to_owned).collect();
    let mut known = resources(work, &mission, &related).await?;
    // An arrival speaks of its movement, and that one of its contingent.
    let further: Vec<String> =
        known.values().filter_map(events::related).map(str::to_owned).collect();
    known.extend(resources(work, &mission, &further).await?);
    let mut told: BTreeMap<Id, Vec<(Stored<Event>, OffsetDateTime)>> = BTreeMap::new();
    let zone = zone::of_mission(work.db(), &mission).await?;
    for Fit { received, resource, .. } in fit {
        let Some(resource) = resource else { continue };
        for fact in events::of(resource, &known, &zone) {
            let event = fact.into_event(&mission, &received.name, now);
            told.entry(event.id.clone()).or_default().push((event, received.known_at));
        }
    }
    Ok(told)
}

/// Resources by name, as far as they are known.
async fn resources(
    work: &mut Work,
    mission: &MissionId,
    names: &[String],
) -> Result<HashMap<String, Resource>, store::Error> {
    let found = deployment::get_all(work.db(), mission, names).await?;
    let read = found.iter().filter_map(|revision| {
        let resource = convert::deployment::kept(&revision.message).ok()??;
        Some((resource.name().to_owned(), resource))
    });
    Ok(read.collect())
}

fn key_of(event: &str) -> Key {
    Key { collection: "timelineEvents".to_owned(), key: event.to_owned() }
}

/// Puts a revision aside, with why it was not applied.
async fn park(
    work: &mut Work,
    received: &ReceivedRevision,
    position: i64,
    reason: String,
) -> Result<(), store::Error> {
    let ReceivedRevision { name, revision, message, .. } = received;
    tracing::warn!(name, revision, position, reason, "change parked");
    let mission = work.mission().clone();
    let (name, revision) = (name.clone(), *revision);
    let parked = ParkedChange { sequence: 0, name, revision, position, reason };
    link::park(work.db(), &mission, &parked, message).await
}
