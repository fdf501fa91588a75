//! What readers and watchers are shown, and what the other service makes of it.

use std::collections::BTreeMap;

use super::{is_poison, writes::canonical};
use crate::{
    evidence::{Evidence, Projected, kind},
    history::{Events, LINK, Seen, Spot},
    script,
    world::SERVICES,
};

/// What the reporting service has no use for of what the deployment service tells.
const NOT_FOLLOWED: [&str; 1] = ["muster.deployment.v1.ReadinessCheck"];

/// Each watch shows each change after its beginning once, in order, as it is stored; all watches
/// of a watcher together show all that there is.
pub fn watched(events: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let mut ends: BTreeMap<(usize, &str), i64> = BTreeMap::new();
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
            ends.insert((watch.watcher, mission), at);
        }
    }
    for (watcher, service) in &events.expected.watchers {
        for ((_, mission), head) in evidence.heads.iter().filter(|((of, _), _)| of == service) {
            let end = ends.get(&(*watcher, mission.as_str())).copied().unwrap_or_default();
            if end < head.last_position {
                broken.push(format!("watcher {watcher} of {service} {mission} was left at {end}"));
            }
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

/// Nobody is shown less than what was acknowledged, or than what was seen before. Readers are
/// shown something of either kind.
pub fn reads(events: &Events, _: &Evidence) -> Vec<String> {
    let stale = events.reads.iter().filter(|read| read.shown < read.at_least);
    let mut broken: Vec<String> = stale
        .map(|read| {
            let (name, shown, at_least) = (&read.name, read.shown, read.at_least);
            format!("{name} at {}: {shown} was shown after {at_least}", read.replica)
        })
        .collect();
    let places = events.reads.iter().filter(|read| read.name.ends_with(LINK)).count();
    let resources = events.reads.len() - places;
    for (count, what) in [(places, "how far the link is"), (resources, "a resource")] {
        if count == 0 && 0 < events.expected.readers {
            broken.push(format!("nobody was shown {what}"));
        }
    }
    broken
}

pub fn served(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let getters = script::getters();
    for (name, (spot, told)) in evidence.fold() {
        if is_poison(&name) || !getters.contains_key(kind(told)) {
            continue;
        }
        let any = told.resource.clone().unwrap_or_default();
        let expected = canonical(&any.type_url, &any.value);
        let what = match evidence.served.get(&name) {
            Some(Some(answer)) if *answer == expected => continue,
            Some(Some(_)) => "is served otherwise",
            Some(None) => "is not served",
            None => "was not asked for",
        };
        broken.push(format!("{name} was told at {spot:?} and {what}"));
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
    for (name, (spot, told)) in evidence.fold() {
        let followed = spot.service == SERVICES[0] && !NOT_FOLLOWED.contains(&kind(told));
        if !followed || is_poison(&name) {
            continue;
        }
        let known = evidence.projection.get(&name);
        // A resource of a snapshot is known at the snapshot's position, which is later than its own.
        let value = told.resource.as_ref().map(|any| &any.value[..]).unwrap_or_default();
        let is_same = |known: &Projected| {
            known.revision == told.revision
                && known.body == value
                && spot.position <= known.position
        };
        if !known.is_some_and(is_same) {
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
