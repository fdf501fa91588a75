//! What callers can ask for. Each function is one transaction: authorise, begin, lock, decide,
//! write, commit, which also appends to the feed. Create, Update and Delete of a record are
//! `muster_service::standard`'s, and call the record's `prepare` and `follow`, which stand here.

mod missions;
mod areas;
mod partners;
mod mandates;
mod pledges;
mod contingents;
mod checks;
mod headcount;
mod ledger;
mod movements;
mod sites;
mod strength;

use muster_service::{
    Context, Database, FieldViolation, Refusal, Shutdown, Work, reader::Reader, resource, standard,
    standard::Gets, standard::Reads, standard::Writes, table, work,
};
use muster_values::{Id, MissionId, Place, Stored, quantity::Overflow};

use crate::{
    domain::{
        contingent,
        headcount::{self as people, CeilingExceeded, TooLarge},
        mandate,
        mission::Mission,
        movement, pledge,
    },
    store,
};

#[derive(Clone)]
pub struct App {
    database: Database,
    gets: Gets,
}

/// Why a call is not done.
#[derive(Debug)]
pub enum Error {
    /// It was done before, or the transaction could not begin or commit.
    Work(work::WorkError),
    /// A rule that both services share: names, etags, roles, references, pages.
    Refused(Refusal),
    Pledge(pledge::Refused),
    Contingent(contingent::Refused),
    Movement(movement::Refused),
    Mandate(mandate::Outside),
    Headcount(people::Refused),
    Ceiling(CeilingExceeded),
    Overflow(Overflow),
    Store(store::Error),
}

impl App {
    pub fn new(database: Database, shutdown: &Shutdown) -> Self {
        let gets = standard::gets(&database, shutdown);
        Self { database, gets }
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Authorises a change in a mission, and begins it.
    async fn begin(&self, context: &Context, mission: &MissionId) -> Result<Work, Error> {
        context.scope(mission)?;
        self.database.still_has(context, Some(mission)).await?;
        Ok(self.database.begin(context, mission).await?)
    }
}

impl Reads for App {
    fn gets(&self) -> &Gets {
        &self.gets
    }

    async fn admit(&self, context: &Context, mission: &MissionId) -> Result<(), Refusal> {
        context.scope(mission)?;
        self.database.still_has(context, Some(mission)).await
    }

    async fn reader(&self, context: &Context, mission: &MissionId) -> Result<Reader, Refusal> {
        let reader = self.database.read(context, mission).await?;
        // A mission's feed begins with the mission.
        match reader.head() {
            Some(_) => Ok(reader),
            None => Err(resource::not_found(&mission.name())),
        }
    }
}

impl Writes for App {
    type Error = Error;

    async fn begin_write(
        &self,
        context: &Context,
        mission: &MissionId,
        exists: bool,
    ) -> Result<Work, Error> {
        let mut work = self.begin(context, mission).await?;
        if exists {
            existing_mission(&mut work).await?;
        }
        Ok(work)
    }
}

impl From<TooLarge> for Error {
    fn from(error: TooLarge) -> Self {
        Self::Headcount(error.into())
    }
}

/// Refuses an update that sets or clears a field that another method sets, once and for good: it is
/// there now, or it was before, and not both.
fn set_for_good(field: &str, method: &str, (is, was): (bool, bool)) -> Result<(), Refusal> {
    if is == was {
        return Ok(());
    }
    let rule = format!("is set by {method} alone, and for good");
    Err(FieldViolation::new(rule).under(field).into())
}

/// The mission that something is to belong to.
async fn existing_mission(work: &mut Work) -> Result<Stored<Mission>, Error> {
    let mission = work.mission().clone();
    let place = Place::new(mission.clone(), Id::trusted(mission.as_str()));
    let found = table::get(work.db(), &place).await?;
    Ok(found.ok_or_else(|| resource::not_found(&mission.name()))?)
}

macro_rules! from {
    ($($error:ty => $variant:ident,)+) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })+
    };
}

from! {
    work::WorkError => Work,
    Refusal => Refused,
    pledge::Refused => Pledge,
    contingent::Refused => Contingent,
    movement::Refused => Movement,
    mandate::Outside => Mandate,
    people::Refused => Headcount,
    CeilingExceeded => Ceiling,
    Overflow => Overflow,
    store::Error => Store,
}
