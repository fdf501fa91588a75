//! Departures and arrivals: the movement, its contingent, the ledger and the pledge in one
//! transaction.

use muster_service::{
    Committed, Context, Work, standard, standard::Owner, standard::Record, table, table::Batch,
};
use muster_values::{Id, Place, Stored};
use time::OffsetDateTime;

use super::{App, Error};
use crate::{
    app::{
        contingents::{add_step, move_step},
        ledger::{LedgerPosting, lock_presence, move_entries, travel},
    },
    domain::{
        contingent::{self, AccountChange, Contingent, ContingentStep, Step},
        headcount::{Account, Entry, Ledger, within_ceiling},
        mandate::{self, Mandate},
        mission::Stage,
        movement::{Arrival, Direction, Movement, Refused, Travel},
        pledge::Pledge,
    },
    store::{areas, checks},
};

impl App {
    pub async fn depart_movement(
        &self,
        context: &Context,
        departure: Travel,
    ) -> Result<Committed<Stored<Movement>>, Error> {
        let mut work = self.begin(context, &departure.place.mission).await?;
        depart_in(&mut work, &departure).await?;
        Ok(work.commit_answered().await?)
    }

    pub async fn arrive_movement(
        &self,
        context: &Context,
        arrived: Travel,
    ) -> Result<Committed<Stored<Movement>>, Error> {
        let mut work = self.begin(context, &arrived.place.mission).await?;
        arrive_in(&mut work, &arrived).await?;
        Ok(work.commit_answered().await?)
    }
}

async fn depart_in(work: &mut Work, departure: &Travel) -> Result<(), Error> {
    let (mut movement, contingent) = lock_both(work, departure).await?;
    let at = departure.effective_at;
    movement.depart(at, departure.headcount)?;
    let transfer = match movement.direction {
        Direction::Deployment => {
            let readiness = checks::readiness(work.db(), &contingent.place()).await?;
            contingent.may_depart(&readiness, at)?;
            mandated(work, &movement, at).await?;
            travel(Account::Ready, Account::InTransit, departure.headcount)
        }
        Direction::Repatriation => {
            contingent.may_return(at)?;
            travel(Account::Present, Account::Returning, departure.headcount)
        }
    };
    finish(work, Batch::default(), (movement, contingent), departure, transfer, None).await
}

async fn arrive_in(work: &mut Work, arrived: &Travel) -> Result<(), Error> {
    let mut batch = Batch::default();
    let (mut movement, contingent) = lock_both(work, arrived).await?;
    let (at, headcount) = (arrived.effective_at, arrived.headcount);
    let arrival = Arrival { at, headcount, note: arrived.note.clone(), entry: None };
    movement.arrive(&arrival)?;
    let transfer = match movement.direction {
        Direction::Deployment => {
            let changes = lock_presence(work).await?;
            let mandates = mandated(work, &movement, at).await?;
            within_ceiling(&mandates, &changes, at, headcount.into())?;
            fulfil_pledge(work, &mut batch, &contingent, headcount).await?;
            travel(Account::InTransit, Account::Present, headcount)
        }
        Direction::Repatriation => travel(Account::Returning, Account::Repatriated, headcount),
    };
    finish(work, batch, (movement, contingent), arrived, transfer, Some(arrival)).await
}

/// The movement and the contingent that it carries, held in this order.
async fn lock_both(
    work: &mut Work,
    travel: &Travel,
) -> Result<(Stored<Movement>, Stored<Contingent>), Error> {
    let movement = standard::lock::<Movement>(work, &travel.place, &travel.etag).await?;
    let of = Place::new(travel.place.mission.clone(), movement.contingent.clone());
    let contingent = standard::lock::<Contingent>(work, &of, "").await?;
    Ok((movement, contingent))
}

/// Posts the travellers, and lets the contingent follow them.
async fn finish(
    work: &mut Work,
    mut batch: Batch,
    (mut movement, mut contingent): (Stored<Movement>, Stored<Contingent>),
    travel: &Travel,
    transfer: AccountChange,
    arrival: Option<Arrival>,
) -> Result<(), Error> {
    let entries = table::within::<Entry>(work.db(), &contingent.place()).await?;
    let mut ledger = Ledger::new(entries);
    let cause = movement.name();
    let posting = LedgerPosting::of(&contingent, cause, travel.effective_at, &travel.note);
    let entry = posting.post(work, &mut batch, &mut ledger, &[transfer])?.pop();
    if let Some(arrival) = arrival {
        let arrival = Arrival { entry, ..arrival };
        add_arrival(work, &mut batch, &movement, arrival)?;
    }
    let step = Step { effective_at: travel.effective_at, note: movement.name() };
    let homeward = movement.direction == Direction::Repatriation;
    if let Some(step) = contingent.follow_ledger(&ledger, homeward, step)? {
        add_step(work, &mut batch, &contingent, step)?;
    }
    standard::revise_in(work, &mut batch, &mut contingent)?;
    work.changed(&contingent);
    Ok(standard::revise_as_answer(work, batch, &mut movement).await?)
}

fn add_arrival(
    work: &mut Work,
    batch: &mut Batch,
    movement: &Stored<Movement>,
    arrival: Arrival,
) -> Result<(), Error> {
    let number = movement.state.arrivals().map_or(0, |arrivals| arrivals.count);
    let place = Place {
        mission: movement.mission.clone(),
        outer: Some(movement.id.clone()),
        id: Id::trusted(format!("{number:06}")),
    };
    standard::add(work, batch, place, arrival)?;
    Ok(())
}

impl Record for Arrival {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        let movement = standard::lock_outer::<Movement, _>(work, stored).await?;
        Movement::owner(work, &movement).await
    }

    /// Those who arrived at another moment were in the mission from then on: the mandate and its
    /// ceiling are looked at again.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let Some(before) = before else { return Ok(()) };
        stored.entry.clone_from(&before.entry);
        if before.at == stored.at {
            return Ok(());
        }
        let movement = standard::lock_outer::<Movement, _>(work, stored).await?;
        movement.not_before_departure("arrival.arrival_time", stored.at).map_err(Refused::from)?;
        if movement.direction == Direction::Deployment {
            let mut changes = lock_presence(work).await?;
            let mandates = mandated(work, &movement, stored.at).await?;
            // Those who arrived are counted where they are now put.
            let holds = table::get::<Self>(work.db(), &stored.place()).await?;
            changes.extend(holds.map(|holds| (holds.at, -i64::from(holds.headcount))));
            changes.sort_by_key(|(at, _)| *at);
            within_ceiling(&mandates, &changes, stored.at, stored.headcount.into())?;
        }
        Ok(())
    }

    /// The entry of the ledger and the step that the arrival made move with it.
    async fn follow(
        work: &mut Work,
        stored: &Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let Some(before) = before.filter(|before| before.at != stored.at) else { return Ok(()) };
        let mut movement = standard::lock_outer::<Movement, _>(work, stored).await?;
        let of = Place::new(stored.mission.clone(), movement.contingent.clone());
        let entry = stored.entry.as_ref();
        move_entries(work, &of, stored.at, |found| Some(&found.id) == entry).await?;
        let arrivals = table::within::<Self>(work.db(), &movement.place()).await?;
        // Others who arrived at the same moment keep the step there.
        if arrivals.iter().all(|arrival| arrival.at != before.at) {
            let name = movement.name();
            let led = |step: &ContingentStep| step.is_of_arrival(&name, before.at);
            move_step(work, &of, led, stored.at).await?;
        }
        if let Some(last_at) = arrivals.iter().map(|arrival| arrival.at).max() {
            movement.correct_last_arrival(last_at)?;
        }
        Ok(standard::revise_with_answer(work, &mut movement).await?)
    }
}

/// Refuses people who would have left when no mandate allowed it or before their checks were passed,
/// or after they arrived. Those who went home later than was recorded `before` were present meanwhile, under the ceiling.
pub(super) async fn may_leave(
    work: &mut Work,
    movement: &Stored<Movement>,
    before: Option<OffsetDateTime>,
) -> Result<(), Error> {
    let arrivals = table::within::<Arrival>(work.db(), &movement.place()).await?;
    movement.may_leave(arrivals.iter().map(|arrival| arrival.at).min())?;
    let Some((left, before)) = movement.state.departure().zip(before) else { return Ok(()) };
    match movement.direction {
        Direction::Deployment => {
            mandated(work, movement, left.at).await?;
            let of = Place::new(movement.mission.clone(), movement.contingent.clone());
            let readiness = checks::readiness(work.db(), &of).await?;
            Ok(contingent::ready(&readiness, Stage::Deploying, left.at)?)
        }
        Direction::Repatriation if left.at <= before => Ok(()),
        Direction::Repatriation => {
            let mut changes = lock_presence(work).await?;
            let mandates = table::all(work.db(), &movement.mission).await?;
            // From the new departure on nothing changes.
            changes.retain(|(at, _)| *at < left.at);
            let people = left.headcount.into();
            Ok(within_ceiling(&mandates, &changes, before, people)?)
        }
    }
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
    batch: &mut Batch,
    contingent: &Stored<Contingent>,
    arrived: i32,
) -> Result<(), Error> {
    let Some(id) = &contingent.pledge else { return Ok(()) };
    let place = Place::new(contingent.mission.clone(), id.clone());
    if let Some(mut pledge) = table::lock::<Pledge>(work.db(), &place).await? {
        pledge.arrive(arrived);
        standard::revise_in(work, batch, &mut pledge)?;
        work.changed(&pledge);
    }
    Ok(())
}
