//! Departures and arrivals: the movement, its contingent, the ledger and the pledge in one
//! transaction.

use muster_service::{Committed, Context, Resource, Work, fault};
use muster_values::{Id, MissionId};
use time::OffsetDateTime;

use super::{App, Error, locked};
use crate::{
    app::{
        contingents,
        headcount::{Posting, lock_mission, travel},
        not_in_the_future,
    },
    domain::{
        contingent::{Contingent, Shift, Step},
        headcount::{Account, Ledger, within_ceiling},
        mandate::{self, Mandate},
        mission::Mission,
        movement::{Arrival, Direction, Movement},
    },
    store::{self, areas, checks, headcount, mandates, missions, movements, pledges},
};

/// People of a movement who left or arrived.
pub struct Travel {
    pub mission: MissionId,
    pub id: Id,
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
    ) -> Result<Committed<Movement>, Error> {
        let (mut work, scope) = self.begin(context, &departure.mission).await?;
        let mut movement = locked(&mut work, &departure.id, &departure.etag).await?;
        let contingent = contingents::locked(&mut work, &scope, &movement.contingent, "").await?;
        let at = departure.effective_at;
        not_in_the_future("effective_time", at, work.now())?;
        movement.depart(at, departure.headcount, work.now())?;
        let shifts = match movement.direction {
            Direction::Deployment => {
                let mission = existing(&mut work).await?;
                let of = &movement.contingent;
                let checks = checks::all(work.db(), &departure.mission, of).await?;
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
    ) -> Result<Committed<Movement>, Error> {
        let (mut work, scope) = self.begin(context, &arrived.mission).await?;
        lock_mission(&mut work).await?;
        let mut movement = locked(&mut work, &arrived.id, &arrived.etag).await?;
        let contingent = contingents::locked(&mut work, &scope, &movement.contingent, "").await?;
        let (at, headcount) = (arrived.effective_at, arrived.headcount);
        not_in_the_future("effective_time", at, work.now())?;
        movement.arrive(Arrival { at, headcount, note: arrived.note.clone() }, work.now())?;
        let shifts = match movement.direction {
            Direction::Deployment => {
                let mandates = mandated(&mut work, &movement, at).await?;
                let changes = headcount::presence(work.db(), &arrived.mission).await?;
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
    movement: Movement,
    mut contingent: Contingent,
    travel: &Travel,
    shifts: [Shift; 1],
) -> Result<Committed<Movement>, Error> {
    let entries = headcount::of_contingent(work.db(), &movement.mission, &contingent.id).await?;
    let mut ledger = Ledger::new(entries);
    let cause = movement.resource_name();
    let posting = Posting::of(&contingent, cause, travel.effective_at, &travel.note);
    posting.post(&mut work, &mut ledger, &shifts).await?;
    let step = Step {
        effective_at: travel.effective_at,
        recorded_at: work.now(),
        actor: work.actor(),
        note: movement.resource_name(),
    };
    contingent.follow(&ledger, movement.direction == Direction::Repatriation, step)?;
    store::contingents::update(work.db(), &contingent).await?;
    work.changed(&contingent);
    movements::update(work.db(), &movement).await?;
    Ok(work.commit(movement).await?)
}

/// Refuses people for whom no mandate allows the destination, and tells all mandates.
async fn mandated(
    work: &mut Work,
    movement: &Movement,
    at: OffsetDateTime,
) -> Result<Vec<Mandate>, Error> {
    let mandates = mandates::all(work.db(), &movement.mission).await?;
    let code = movement.destination.area.as_deref().unwrap_or_default();
    let lineage = areas::lineage(work.db(), &movement.mission, code).await?;
    mandate::guard(&mandates, at, &lineage)?;
    Ok(mandates)
}

async fn fulfil_pledge(
    work: &mut Work,
    contingent: &Contingent,
    arrived: i32,
) -> Result<(), Error> {
    let Some(id) = &contingent.pledge else { return Ok(()) };
    if let Some(mut pledge) = pledges::lock(work.db(), &contingent.mission, id).await? {
        pledge.arrive(arrived, work.now());
        pledges::update(work.db(), &pledge).await?;
        work.changed(&pledge);
    }
    Ok(())
}

async fn existing(work: &mut Work) -> Result<Mission, Error> {
    let mission = work.mission().clone();
    let found = missions::get(work.db(), &mission).await?;
    Ok(found.ok_or_else(|| muster_service::resource::not_found(&mission.name()))?)
}
