//! What must hold of a history and of what it left behind. Each check is a pure function that
//! tells every way in which it does not.

mod writes;
mod feeds;
mod sight;
mod people;
mod faults;
#[cfg(test)]
mod tests;

use crate::{evidence::Evidence, history::Events};

/// One promise.
pub struct Check {
    pub name: &'static str,
    pub broken: fn(&Events, &Evidence) -> Vec<String>,
}

/// Every promise. What is not said of one service or resource holds for all, also for those that
/// are added later.
pub const CHECKS: &[Check] = &[
    Check { name: "no acknowledged write is lost", broken: writes::lost },
    Check { name: "a request id has one effect", broken: writes::doubled },
    Check { name: "a request id has one answer", broken: writes::answers },
    Check { name: "answers are for their caller", broken: writes::foreign },
    Check { name: "answers are for those who may see them", broken: writes::unentitled },
    Check { name: "writes keep real-time order", broken: writes::order },
    Check { name: "an etag guards its revision", broken: writes::guarded },
    Check { name: "no service failed inside", broken: writes::internal },
    Check { name: "positions are dense", broken: feeds::dense },
    Check { name: "the hash chain is whole", broken: feeds::chained },
    Check { name: "revisions follow each other", broken: feeds::revisions },
    Check { name: "a new epoch is noticed", broken: feeds::epochs },
    Check { name: "watchers see each change once", broken: sight::watched },
    Check { name: "bookmarks are honest", broken: sight::bookmarks },
    Check { name: "reads show what was written", broken: sight::reads },
    Check { name: "what is served is the feed's fold", broken: sight::served },
    Check { name: "the projection is the feed's fold", broken: sight::projected },
    Check { name: "people are conserved", broken: people::conserved },
    Check { name: "no arrival breaks the ceiling", broken: people::ceiling },
    Check { name: "every fault struck", broken: faults::struck },
    Check { name: "a full disk holds writes up", broken: faults::full },
];

/// A promise that was not kept.
#[derive(Clone, Debug)]
pub struct Violation {
    pub check: &'static str,
    pub what: String,
}

/// Holds a history against every promise.
pub fn all(events: &Events, evidence: &Evidence) -> Vec<Violation> {
    let broken = |check: &'static Check| {
        let found = (check.broken)(events, evidence).into_iter();
        found.map(move |what| Violation { check: check.name, what })
    };
    CHECKS.iter().flat_map(broken).collect()
}

/// A resource that the nemesis put into a feed to spoil it.
pub const POISON: &str = "/pledges/poison-";

pub fn is_poison(name: &str) -> bool {
    name.contains(POISON)
}
