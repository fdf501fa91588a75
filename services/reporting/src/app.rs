//! What callers can ask for. Each function is one transaction: authorise, begin, lock, decide,
//! write, commit, which also appends to the feed. Create, Update and Delete of a record are
//! `muster_service::standard`'s, and call the record's `prepare` and `follow`, which stand here.

mod link;
mod waiting;
mod events;
mod incidents;
mod figures;
mod assessments;
mod statements;
mod timeline;
mod situation;
mod zone;
mod reports;

use std::sync::Arc;

use muster_service::{
    Context, Database, FieldViolation, Refusal, Shutdown, Work, heavy::HeavyReads, reader::Reader,
    resource, standard, standard::Gets, standard::Reads, standard::Writes, status, work,
};
use muster_values::{Id, MissionId, quantity::Overflow};
use sqlx::PgConnection;
use tokio::sync::Notify;

use crate::{domain::StateForbids, store};

#[derive(Clone)]
pub struct App {
    database: Database,
    gets: Gets,
    /// Situations, which go over many records.
    heavy: HeavyReads,
    /// Told after each change of the deployment service that this process applied, so that who
    /// waits for it need not wait for a poll.
    applied: Arc<Notify>,
}

/// Why a call is not done.
#[derive(Debug)]
pub enum Error {
    /// It was done before, or the transaction could not begin or commit.
    Work(work::WorkError),
    /// A rule that both services share: names, etags, roles, references, pages.
    Refused(Refusal),
    State(StateForbids),
    Overflow(Overflow),
    Store(store::Error),
}

impl App {
    pub fn new(database: Database, shutdown: &Shutdown) -> Self {
        let gets = standard::gets(&database, shutdown);
        let heavy = HeavyReads::of(&database);
        Self { database, gets, heavy, applied: Arc::default() }
    }

    /// Authorises a change in a mission, and begins it once what its caller has seen of the
    /// deployment service is known here.
    async fn begin(&self, context: &Context, mission: &MissionId) -> Result<Work, Error> {
        context.scope(mission)?.require_whole_mission()?;
        self.caught_up(context, mission).await?;
        Ok(self.database.begin(context, mission).await?)
    }

    /// Authorises a read in a mission that need not exist, and begins it once what its caller has
    /// seen of the deployment service is known here.
    async fn read(&self, context: &Context, mission: &MissionId) -> Result<Reader, Refusal> {
        self.admit(context, mission).await?;
        self.database.read(context, mission).await
    }
}

impl Reads for App {
    fn gets(&self) -> &Gets {
        &self.gets
    }

    async fn admit(&self, context: &Context, mission: &MissionId) -> Result<(), Refusal> {
        context.scope(mission)?.require_whole_mission()?;
        self.caught_up(context, mission).await
    }

    async fn reader(&self, context: &Context, mission: &MissionId) -> Result<Reader, Refusal> {
        let mut reader = self.database.read(context, mission).await?;
        let cursor = store::link::cursor(reader.db(), mission).await?;
        cursor.map(|_| reader).ok_or_else(|| resource::not_found(&mission.name()))
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Database(error) => error.into(),
            corrupt @ store::Error::Corrupt { .. } => status::internal(&corrupt),
        }
    }
}

impl Writes for App {
    type Error = Error;

    async fn begin_write(
        &self,
        context: &Context,
        mission: &MissionId,
        _exists: bool,
    ) -> Result<Work, Error> {
        let mut work = self.begin(context, mission).await?;
        known_mission(work.db(), mission).await?;
        Ok(work)
    }
}

/// A revision that was read, or how the history is broken.
fn readable<T>(read: Result<T, FieldViolation>) -> Result<T, store::Error> {
    read.map_err(|error| store::Error::Corrupt { table: "revisions", value: format!("{error:?}") })
}

/// Refuses a mission that the feed has not told of.
async fn known_mission(db: &mut PgConnection, mission: &MissionId) -> Result<(), Error> {
    match store::link::cursor(db, mission).await? {
        Some(_) => Ok(()),
        None => Err(resource::not_found(&mission.name()).into()),
    }
}

/// Refuses a place code that the mission's gazetteer does not have; `field` is where the request
/// names it.
async fn known_area(
    db: &mut PgConnection,
    mission: &MissionId,
    code: &str,
    field: &str,
) -> Result<(), Error> {
    if store::deployment::has_area(db, mission, code).await? {
        return Ok(());
    }
    let name = mission.child("areas", &Id::trusted(code));
    Err(resource::unknown_reference(field, &name).into())
}

impl From<work::WorkError> for Error {
    fn from(error: work::WorkError) -> Self {
        Self::Work(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StateForbids> for Error {
    fn from(forbids: StateForbids) -> Self {
        Self::State(forbids)
    }
}

impl From<Overflow> for Error {
    fn from(overflow: Overflow) -> Self {
        Self::Overflow(overflow)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
