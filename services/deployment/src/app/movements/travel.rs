//! Departures and arrivals: the movement, its contingent, the ledger and the pledge in one
//! transaction.

use muster_service::{Committed, Context, Work, fault, standard, table};
use muster_values::{Place, Stored};
use time::OffsetDateTime;

use super::{App, Error};
use crate::{
    app::{
        existing_mission,
        ledger::{Posting, lock_mission, travel},
    },
    domain::{
        contingent::{Contingent, Shift, Step},
        headcount::{Account, Ledger, within_ceiling},
        mandate::{self, Mandate},
        movement::{Arrival, Direction, Movement},
        pledge::Pledge,
    },
    store::{areas, checks, headcount},
};

/// People of a movement who left or arrived.
pub struct Travel {
    pub place: Place,
    pub etag: String,
    pub effective_at: OffsetDateTime,
    pub headcount: i32,
    pub note: String,
}

impl App {
    pub async fn depart_movement(
        &self,
        context: &Context,
        departure: Travel,
    ) -> Result<Committed<Stored<Movement>>, Error> {
        let (mut work, _) = self.begin(context, &departure.place.mission).await?;
        let mut movement =
            standard::lock::<Movement>(&mut work, &departure.place, &departure.etag).await?;
        let of = Place::new(departure.place.mission.clone(), movement.contingent.clone());
        let contingent = standard::lock::<Contingent>(&mut work, &of, "").await?;
        let at = departure.effective_at;
        movement.depart(at, departure.headcount)?;
        let shifts = match movement.direction {
            Direction::Deployment => {
                let mission = existing_mission(&mut work).await?;
                let checks = checks::of_contingent(work.db(), &of.mission, &of.id).await?;
                contingent.may_depart(&mission, &checks, at)?;
                mandated(&mut work, &movement, at).await?;
                travel(Account::Ready, Account::InTransit, departure.headcount)
            }
            Direction::Repatriation => {
                contingent.may_return(at)?;
                travel(Account::Present, Account::Returning, departure.headcount)
            }
        };
        finish(work, movement, contingent, &departure, shifts).await
    }

    pub async fn arrive_movement(
        &self,
        context: &Context,
        arrived: Travel,
    ) -> Result<Committed<Stored<Movement>>, Error> {
        let (mut work, _) = self.begin(context, &arrived.place.mission).await?;
        lock_mission(&mut work).await?;
        let mut movement =
            standard::lock::<Movement>(&mut work, &arrived.place, &arrived.etag).await?;
        let of = Place::new(arrived.place.mission.clone(), movement.contingent.clone());
        let contingent = standard::lock::<Contingent>(&mut work, &of, "").await?;
        let (at, headcount) = (arrived.effective_at, arrived.headcount);
        movement.arrive(Arrival { at, headcount, note: arrived.note.clone() })?;
        let shifts = match movement.direction {
            Direction::Deployment => {
                let mandates = mandated(&mut work, &movement, at).await?;
                let changes = headcount::presence(work.db(), &of.mission).await?;
                if !fault::mutated("ceiling-unchecked") {
                    within_ceiling(&mandates, &changes, at, headcount.into())?;
                }
                fulfil_pledge(&mut work, &contingent, headcount).await?;
                travel(Account::InTransit, Account::Present, headcount)
            }
            Direction::Repatriation => travel(Account::Returning, Account::Repatriated, headcount),
        };
        finish(work, movement, contingent, &arrived, shifts).await
    }
}

/// Posts the travellers, lets the contingent follow them, and commits.
async fn finish(
    mut work: Work,
    mut movement: Stored<Movement>,
    mut contingent: Stored<Contingent>,
    travel: &Travel,
    shifts: [Shift; 1],
) -> Result<Committed<Stored<Movement>>, Error> {
    let entries = headcount::of_contingent(work.db(), &movement.mission, &contingent.id).await?;
    let mut ledger = Ledger::new(entries);
    let cause = movement.name();
    let posting = Posting::of(&contingent, cause, travel.effective_at, &travel.note);
    posting.post(&mut work, &mut ledger, &shifts).await?;
    let step = Step {
        effective_at: travel.effective_at,
        recorded_at: work.now(),
        actor: work.actor(),
        note: movement.name(),
    };
    contingent.follow(&ledger, movement.direction == Direction::Repatriation, step)?;
    let now = work.now();
    contingent.next_revision(now);
    standard::store(&mut work, &contingent).await?;
    work.changed(&contingent);
    movement.next_revision(now);
    standard::store(&mut work, &movement).await?;
    Ok(work.commit(movement).await?)
}

/// Refuses people for whom no mandate allows the destination, and tells all mandates.
async fn mandated(
    work: &mut Work,
    movement: &Stored<Movement>,
    at: OffsetDateTime,
) -> Result<Vec<Stored<Mandate>>, Error> {
    let mandates = table::all(work.db(), &movement.mission).await?;
    let code = movement.destination.area.as_deref().unwrap_or_default();
    let lineage = areas::lineage(work.db(), &movement.mission, code).await?;
    mandate::guard(&mandates, at, &lineage)?;
    Ok(mandates)
}

async fn fulfil_pledge(
    work: &mut Work,
    contingent: &Stored<Contingent>,
    arrived: i32,
) -> Result<(), Error> {
    let Some(id) = &contingent.pledge else { return Ok(()) };
    let place = Place::new(contingent.mission.clone(), id.clone());
    if let Some(mut pledge) = table::lock::<Pledge>(work.db(), &place).await? {
        pledge.arrive(arrived);
        let now = work.now();
        pledge.next_revision(now);
        standard::store(work, &pledge).await?;
        work.changed(&pledge);
    }
    Ok(())
}
