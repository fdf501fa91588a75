//! What callers can ask for. Each function is one transaction: authorise, begin, lock, decide,
//! write, append to the feed, commit.

mod missions;
mod areas;
mod partners;
mod mandates;
mod pledges;
mod contingents;
mod checks;
mod headcount;
mod movements;
mod sites;
mod strength;

use std::sync::Arc;

use muster_service::{
    Context, Database, FieldViolation, Gather, Id, MissionId, Refusal, Shutdown, Work, call::Scope,
    field, quantity::Overflow, resource, work,
};
use sqlx::{Postgres, pool::PoolConnection};
use time::{Duration, OffsetDateTime};

use crate::{
    domain::{
        Full, contingent,
        headcount::{self as ledger, CeilingExceeded, TooLarge},
        mandate,
        mission::Mission,
        movement, pledge,
    },
    store,
};

pub use self::areas::NewArea;
pub use self::checks::NewCheck;
pub use self::contingents::{Asked, Change, NewContingent};
pub use self::mandates::NewMandate;
pub use self::missions::NewMission;
pub use self::movements::{NewMovement, Replan, Travel};
pub use self::partners::NewPartner;
pub use self::pledges::NewPledge;
pub use self::sites::NewSite;
pub use self::strength::NewClaim;

#[derive(Clone)]
pub struct App {
    database: Database,
    /// What most callers ask for most often.
    contingents: Gather<(MissionId, Id), Option<contingent::Contingent>, store::Error>,
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
    Headcount(ledger::Refused),
    Ceiling(CeilingExceeded),
    Full(Full),
    Overflow(Overflow),
    Store(store::Error),
    /// A read that several callers waited for.
    Shared(Arc<store::Error>),
}

/// How far a caller's clock may be ahead of ours.
const CLOCK_LEEWAY: Duration = Duration::minutes(5);

impl App {
    pub fn new(database: Database, shutdown: &Shutdown) -> Self {
        let reads = database.clone();
        let contingents = Gather::start(shutdown, move |keys| {
            let database = reads.clone();
            async move { store::contingents::of_keys(&mut *database.reader().await?, &keys).await }
        });
        Self { database, contingents }
    }

    /// Authorises a change in a mission, and begins it.
    async fn begin(&self, context: &Context, mission: &MissionId) -> Result<(Work, Scope), Error> {
        let scope = context.scope(mission)?;
        self.database.still_has(context, Some(mission)).await?;
        Ok((self.database.begin(context, mission).await?, scope))
    }

    /// Authorises a read in a mission, and takes a connection for it.
    async fn read(
        &self,
        context: &Context,
        mission: &MissionId,
    ) -> Result<PoolConnection<Postgres>, Error> {
        context.scope(mission)?;
        self.database.still_has(context, Some(mission)).await?;
        Ok(self.database.reader().await.map_err(store::Error::from)?)
    }

    /// The same for what belongs to a mission: of one that is not there nothing is listed.
    async fn read_of_mission(
        &self,
        context: &Context,
        mission: &MissionId,
    ) -> Result<PoolConnection<Postgres>, Error> {
        let mut db = self.read(context, mission).await?;
        let found = store::missions::get(&mut db, mission).await?;
        found.map(|_| db).ok_or_else(|| resource::not_found(&mission.name()).into())
    }

    /// The same for what belongs to a contingent.
    async fn read_of_contingent(
        &self,
        context: &Context,
        mission: &MissionId,
        id: &Id,
    ) -> Result<PoolConnection<Postgres>, Error> {
        let mut db = self.read(context, mission).await?;
        let found = store::contingents::get(&mut db, mission, id).await?;
        let name = mission.child("contingents", id);
        found.map(|_| db).ok_or_else(|| resource::not_found(&name).into())
    }
}

impl From<TooLarge> for Error {
    fn from(error: TooLarge) -> Self {
        Self::Headcount(error.into())
    }
}

/// The mission that something is to belong to.
async fn existing_mission(work: &mut Work) -> Result<Mission, Error> {
    let mission = work.mission().clone();
    let found = store::missions::get(work.db(), &mission).await?;
    Ok(found.ok_or_else(|| resource::not_found(&mission.name()))?)
}

/// Refuses what is said to have happened but lies ahead.
fn not_in_the_future(field: &str, at: OffsetDateTime, now: OffsetDateTime) -> Result<(), Refusal> {
    if at <= now + CLOCK_LEEWAY {
        return Ok(());
    }
    Err(field::refuse(&[FieldViolation::new("must not be in the future").under(field)]))
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
    ledger::Refused => Headcount,
    CeilingExceeded => Ceiling,
    Full => Full,
    Overflow => Overflow,
    store::Error => Store,
    Arc<store::Error> => Shared,
}
