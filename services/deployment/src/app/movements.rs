mod travel;

use muster_service::{
    Committed, Context, Work, resource, standard, standard::Owner, standard::Record, table,
    table::Batch,
};
use muster_values::{Collected, Id, Place, Stored};

use super::{
    App, Error, areas::areas_exist, contingents::move_step, existing_mission, ledger::move_entries,
    set_for_good,
};
use crate::domain::{
    contingent::{Contingent, ContingentStep},
    headcount::Entry,
    movement::{Movement, Replan},
};

use self::travel::may_leave;

impl Record for Movement {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        let contingent = lock_contingent(work, &stored.contingent).await?;
        Ok(Owner::Partner(contingent.content.partner))
    }

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let zone = existing_mission(work).await?.content.zone;
        stored.window = stored.window.at_place(&zone);
        let left = |movement: &Self| movement.state.departure().map(|departure| departure.at);
        let before_left = before.and_then(left);
        let has_left = (left(stored).is_some(), before_left.is_some());
        set_for_good("movement.departure_time", "DepartMovement", has_left)?;
        if let Some(before) = before {
            stored.content.keep_progress_of(before)?;
        }
        if left(stored) != before_left {
            may_leave(work, stored, before_left).await?;
        }
        let places = [("origin", &stored.origin), ("destination", &stored.destination)];
        let codes = places.into_iter().filter_map(|(field, place)| {
            Some((format!("movement.{field}.area_code"), place.area.as_deref()?))
        });
        areas_exist(work, codes).await
    }

    /// The entry of the ledger and the step that the departure made move with it.
    async fn follow(
        work: &mut Work,
        stored: &Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let before = before.and_then(|before| before.state.departure());
        let Some((departure, before)) = stored.state.departure().zip(before) else { return Ok(()) };
        if departure.at == before.at {
            return Ok(());
        }
        let of = Place::new(stored.mission.clone(), stored.contingent.clone());
        let cause = stored.name();
        let left = |entry: &Stored<Entry>| entry.cause == cause && entry.to == stored.way();
        move_entries(work, &of, departure.at, left).await?;
        let led = |step: &ContingentStep| step.is_of_departure(&cause, before.at);
        move_step(work, &of, led, departure.at).await
    }
}

impl App {
    pub async fn replan_movement(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        note: String,
        replan: Replan,
    ) -> Result<Committed<Stored<Movement>>, Error> {
        let mut work = self.begin(context, &place.mission).await?;
        replan_in(&mut work, &place, etag, note, replan).await?;
        Ok(work.commit_answered().await?)
    }
}

async fn replan_in(
    work: &mut Work,
    place: &Place,
    etag: &str,
    note: String,
    replan: Replan,
) -> Result<(), Error> {
    let mut movement = standard::lock::<Movement>(work, place, etag).await?;
    match replan {
        Replan::Delay(window) => {
            let zone = existing_mission(work).await?.content.zone;
            movement.delay(window.at_place(&zone), note)?;
        }
        Replan::Cancel => movement.cancel(note)?,
    }
    Ok(standard::revise_as_answer(work, Batch::default(), &mut movement).await?)
}

/// The contingent that a movement carries, held until the transaction ends: who changes a movement
/// may move people in its ledger.
async fn lock_contingent(work: &mut Work, id: &Id) -> Result<Stored<Contingent>, Error> {
    let place = Place::new(work.mission().clone(), id.clone());
    let found = table::lock::<Contingent>(work.db(), &place).await?;
    Ok(found.ok_or_else(|| {
        let name = place.name(Contingent::COLLECTION);
        resource::unknown_reference("movement.contingent", &name)
    })?)
}
