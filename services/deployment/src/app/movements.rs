mod travel;

use muster_service::{
    Committed, Context, Work, resource, standard, standard::Owner, standard::Record, table,
};
use muster_values::{Collected, Id, Place, Stored};

use super::{App, Error, areas::areas_exist, existing_mission};
use crate::domain::{
    contingent::Contingent,
    movement::{Movement, Window},
};

pub use self::travel::Travel;

/// What a caller says of a movement that will not leave as planned.
pub enum Replan {
    Delay(Window),
    Cancel,
}

impl Record for Movement {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        let contingent = contingent_of(work, &stored.contingent).await?;
        Ok(Owner::Partner(contingent.content.partner))
    }

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let zone = existing_mission(work).await?.content.zone;
        stored.window = stored.window.at_place(&zone);
        if let Some(before) = before {
            stored.content.follow(before)?;
        }
        let places = [("origin", &stored.origin), ("destination", &stored.destination)];
        let codes = places.into_iter().filter_map(|(field, place)| {
            Some((format!("movement.{field}.area_code"), place.area.as_deref()?))
        });
        areas_exist(work, codes).await
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
        let mut movement = standard::lock::<Movement>(&mut work, &place, etag).await?;
        match replan {
            Replan::Delay(window) => {
                let zone = existing_mission(&mut work).await?.content.zone;
                movement.delay(window.at_place(&zone), note)?;
            }
            Replan::Cancel => movement.cancel(note)?,
        }
        standard::revise(&mut work, &mut movement).await?;
        Ok(work.commit(movement).await?)
    }
}

/// The contingent that a movement carries.
async fn contingent_of(work: &mut Work, id: &Id) -> Result<Stored<Contingent>, Error> {
    let place = Place::new(work.mission().clone(), id.clone());
    let found = table::get::<Contingent>(work.db(), &place).await?;
    Ok(found.ok_or_else(|| {
        let name = place.name(Contingent::COLLECTION);
        resource::unknown_reference("movement.contingent", &name)
    })?)
}
