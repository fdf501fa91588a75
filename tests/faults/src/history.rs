//! Everything that callers did and saw, with the times at which they did.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::time::Instant;

/// Microseconds since the run began.
pub type Micros = u64;

/// A replica of a service: `deployment-0`.
pub type Replica = String;

/// Where a change is: a service's schema, a mission's id, a position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Spot {
    pub service: String,
    pub mission: String,
    pub position: i64,
}

/// One change that a caller wants, however often it asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Write {
    pub request_id: String,
    pub caller: String,
    /// The path, such as `/muster.deployment.v1.SiteService/CreateSite`.
    pub method: String,
    /// The revision that the caller decided on, where it said one.
    pub decided_on: Option<i64>,
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    pub replica: Replica,
    pub start: Micros,
    pub end: Micros,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Outcome {
    Done(Done),
    /// The services say that nothing was changed, and why.
    Refused(String),
    /// Nobody knows whether it was done.
    Unknown(String),
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Done {
    pub spot: Spot,
    /// The consistency token, as the answer showed it.
    pub token: String,
    pub name: String,
    pub revision: i64,
    #[serde(skip)]
    pub answer: Vec<u8>,
    pub replayed: bool,
}

/// What the name of a read ends with that was shown a position.
pub const LINK: &str = "/link";

/// What a reader was shown: a revision of a resource, or a position that was followed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Read {
    pub reader: usize,
    pub replica: Replica,
    pub name: String,
    /// What it had seen or been told before, and so must not be shown less than.
    pub at_least: i64,
    pub shown: i64,
    pub end: Micros,
}

/// A watch of one service, from its beginning until it broke.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Watch {
    pub watcher: usize,
    pub service: String,
    /// Where it began, by mission.
    pub from: BTreeMap<String, i64>,
    pub steps: Vec<Seen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Seen {
    Change {
        mission: String,
        position: i64,
        #[serde(skip)]
        hash: Vec<u8>,
    },
    Bookmark {
        mission: String,
        position: i64,
    },
}

/// A fault, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub kind: &'static str,
    /// The way of the network that it struck, where it was one.
    pub way: Option<&'static str>,
    /// The replica that it struck; `None` for more than one.
    pub replica: Option<Replica>,
    pub start: Micros,
    pub healed: Micros,
}

/// A read or a watch at which a service failed inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub who: String,
    pub replica: Replica,
    pub said: String,
}

/// Who takes part in a run and what is to break, so that a check can tell what did not happen
/// from what was not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expected {
    pub writers: usize,
    pub readers: usize,
    /// The service that each watcher watches, by its number.
    pub watchers: BTreeMap<usize, &'static str>,
    pub faults: Vec<&'static str>,
}

#[derive(Debug, Default, Serialize)]
pub struct Events {
    pub expected: Expected,
    pub writes: Vec<Write>,
    pub reads: Vec<Read>,
    pub watches: Vec<Watch>,
    pub failures: Vec<Failure>,
    pub faults: Vec<Fault>,
}

/// What happens in a run, as it happens.
pub struct History {
    began: Instant,
    events: Mutex<Events>,
}

impl Default for History {
    fn default() -> Self {
        Self { began: Instant::now(), events: Mutex::default() }
    }
}

impl History {
    pub fn now(&self) -> Micros {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(Micros::MAX)
    }

    pub fn events(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write {
    /// The first acknowledgement, and when it came.
    pub fn done(&self) -> Option<(&Done, Micros)> {
        let acknowledged = |attempt: &'_ &Attempt| matches!(attempt.outcome, Outcome::Done(_));
        let first = self.attempts.iter().filter(acknowledged).min_by_key(|attempt| attempt.end)?;
        match &first.outcome {
            Outcome::Done(done) => Some((done, first.end)),
            _ => None,
        }
    }

    /// When it was asked for first.
    pub fn start(&self) -> Micros {
        self.attempts.iter().map(|attempt| attempt.start).min().unwrap_or_default()
    }
}

impl Events {
    /// Writes one event a line to a folder, for whoever wants to know what went wrong.
    pub fn save(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = BufWriter::new(File::create(folder.join("history.jsonl"))?);
        lines(&mut file, "fault", &self.faults)?;
        lines(&mut file, "write", &self.writes)?;
        lines(&mut file, "read", &self.reads)?;
        lines(&mut file, "watch", &self.watches)?;
        lines(&mut file, "failure", &self.failures)?;
        Ok(file.flush()?)
    }
}

fn lines<E: Serialize>(file: &mut BufWriter<File>, kind: &str, events: &[E]) -> anyhow::Result<()> {
    for event in events {
        writeln!(file, "{}", serde_json::json!({ "kind": kind, "event": event }))?;
    }
    Ok(())
}
