//! Feeds: dense, chained, and in the order of revisions.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::is_poison;
use crate::{
    evidence::{Evidence, Stored},
    history::{Events, Spot},
};

/// The changes of each feed, in order.
fn feeds(evidence: &Evidence) -> BTreeMap<(&str, &str), Vec<(&Spot, &Stored)>> {
    let mut feeds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (spot, stored) in &evidence.changes {
        let feed = (spot.service.as_str(), spot.mission.as_str());
        feeds.entry(feed).or_default().push((spot, stored));
    }
    feeds
}

pub fn dense(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let feeds = feeds(evidence);
    for ((service, mission), head) in &evidence.heads {
        let changes = feeds.get(&(service.as_str(), mission.as_str()));
        let positions: Vec<i64> =
            changes.into_iter().flatten().map(|(spot, _)| spot.position).collect();
        if !positions.iter().copied().eq(1..=head.last_position) {
            let (last, count) = (head.last_position, positions.len());
            broken.push(format!("{service} {mission} ends at {last} and has {count} changes"));
        }
    }
    broken
}

pub fn chained(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for ((service, mission), changes) in feeds(evidence) {
        let mut last = Vec::new();
        for (spot, stored) in changes {
            let mut hash = Sha256::new();
            hash.update(&last);
            hash.update(spot.position.to_be_bytes());
            stored.digests.iter().for_each(|digest| hash.update(digest));
            if stored.hash != hash.finalize().to_vec() {
                broken.push(format!("{service} {mission} {} breaks the chain", spot.position));
            }
            last.clone_from(&stored.hash);
            for name in &stored.forged {
                broken.push(format!("{service} {name} at {} is not its digest's", spot.position));
            }
        }
        let head = evidence.heads.get(&(service.to_owned(), mission.to_owned()));
        if head.is_none_or(|head| head.last_hash != last) {
            broken.push(format!("{service} {mission}: the head has another hash"));
        }
    }
    broken
}

/// A resource is told of in the order of its revisions, none left out.
pub fn revisions(_: &Events, evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let mut known: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (spot, stored) in &evidence.changes {
        for told in stored.resources.iter().filter(|told| !is_poison(&told.name)) {
            let last = known.entry((&spot.service, &told.name)).or_default();
            if told.revision != *last + 1 {
                let revision = told.revision;
                broken.push(format!("{}: {revision} follows {last} at {spot:?}", told.name));
            }
            *last = told.revision;
        }
    }
    broken
}

pub fn epochs(_: &Events, evidence: &Evidence) -> Vec<String> {
    evidence.epochs.clone()
}
