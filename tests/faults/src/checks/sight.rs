//! What readers and watchers are shown, and what the other service makes of it.

use std::collections::{BTreeMap, BTreeSet};

use muster_proto::common::v1::ResourceChange;

use super::{is_poison, writes::canonical};
use crate::{
    evidence::{Evidence, Projected},
    history::{Events, Seen, Spot},
    world::SERVICES,
};

/// Each watch shows each change after its beginning once, in order, as it is stored; all watches
/// of a watcher together show all.
pub fn watched(events: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let mut ends: BTreeMap<(usize, &str, &str), i64> = BTreeMap::new();
    for watch in &events.watches {
        let mut last: BTreeMap<&str, i64> =
            watch.from.iter().map(|(mission, at)| (mission.as_str(), *at)).collect();
        for seen in &watch.steps {
            let Seen::Change { mission, position, hash } = seen else { continue };
            let before = last.entry(mission).or_default();
            let who = format!("watcher {} of {} {mission}", watch.watcher, watch.service);
            if *position != *before + 1 {
                broken.push(format!("{who} was shown {position} after {before}"));
            }
            *before = *position;
            let (service, mission) = (watch.service.clone(), mission.clone());
            let spot = Spot { service, mission, position: *position };
            if evidence.changes.get(&spot).is_none_or(|stored| stored.hash != *hash) {
                broken.push(format!("{who} was shown another {position} than there is"));
            }
        }
        for (mission, at) in last {
            ends.insert((watch.watcher, &watch.service, mission), at);
        }
    }
    for ((watcher, service, mission), end) in ends {
        let head = evidence.heads.get(&(service.to_owned(), mission.to_owned()));
        if head.is_none_or(|head| end < head.last_position) {
            broken.push(format!("watcher {watcher} of {service} {mission} was left at {end}"));
        }
    }
    broken
}

/// A bookmark speaks of a place that the watcher was led to.
pub fn bookmarks(events: &Events, _: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for watch in &events.watches {
        let mut last: BTreeMap<&str, i64> =
            watch.from.iter().map(|(mission, at)| (mission.as_str(), *at)).collect();
        for seen in &watch.steps {
            match seen {
                Seen::Change { mission, position, .. } => {
                    last.insert(mission, *position);
                }
                Seen::Bookmark { mission, position } => {
                    let at = last.get(mission.as_str()).copied().unwrap_or_default();
                    if at != *position {
                        broken
                            .push(format!("{mission}: a bookmark at {position}, seen up to {at}"));
                    }
                }
            }
        }
    }
    broken
}

pub fn reads(events: &Events, _: &Evidence) -> Vec<String> {
    let stale = events.reads.iter().filter(|read| read.shown < read.at_least);
    stale
        .map(|read| {
            let (name, shown, at_least) = (&read.name, read.shown, read.at_least);
            format!("{name} at {}: {shown} was shown after {at_least}", read.replica)
        })
        .collect()
}

pub fn served(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, (spot, told)) in evidence.fold() {
        let Some(answer) = evidence.served.get(&name).filter(|_| !is_poison(&name)) else {
            continue;
        };
        let any = told.resource.clone().unwrap_or_default();
        let expected = canonical(&any.type_url, &any.value);
        if answer.as_ref() != Some(&expected) {
            let what = if answer.is_some() { "is served otherwise" } else { "is not served" };
            broken.push(format!("{name} was told at {spot:?} and {what}"));
        }
    }
    broken
}

pub fn projected(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for ((service, mission), head) in &evidence.heads {
        let cursor = evidence.cursors.get(mission).copied().unwrap_or_default();
        if service == SERVICES[0] && cursor != head.last_position {
            let head = head.last_position;
            broken.push(format!("{mission} is followed to {cursor}; its feed ends at {head}"));
        }
    }
    for name in evidence.parked.iter().filter(|name| !is_poison(name)) {
        broken.push(format!("{name} was put aside"));
    }
    let fold = evidence.fold();
    // A kind of which the other service keeps one, it keeps all; some it has no use for.
    let kind = |told: &ResourceChange| told.resource.as_ref().map(|any| any.type_url.clone());
    let kept: BTreeSet<Option<String>> = (evidence.projection.keys())
        .filter_map(|name| fold.get(name).map(|(_, told)| kind(told)))
        .collect();
    for (name, (spot, told)) in fold {
        if spot.service != SERVICES[0] || is_poison(&name) || !kept.contains(&kind(told)) {
            continue;
        }
        let known = evidence.projection.get(&name);
        if known.map(|known| (known.revision, known.position))
            != Some((told.revision, spot.position))
        {
            let revision = known.map(|known| known.revision);
            broken
                .push(format!("{name} is {}; the other service knows {revision:?}", told.revision));
        }
        // Where it was learnt is another place when it is learnt from a snapshot.
        let content = |known: &Projected| (known.revision, known.body.clone());
        if known.map(content) != evidence.rebuilt.get(&name).map(content) {
            broken.push(format!("{name} is known otherwise when it is followed again"));
        }
    }
    broken
}
