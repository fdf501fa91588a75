mod travel;

use muster_service::{Committed, Context, Resource, Work, call::Scope, resource};
use muster_values::{Id, MissionId, Source};

use super::{App, Error, existing_mission};
use crate::{
    domain::movement::{Direction, Mode, Movement, Place, State, Window},
    store::{areas, contingents, movements},
};

pub use self::travel::Travel;

/// What a caller says of a movement that is planned.
pub struct NewMovement {
    pub mission: MissionId,
    pub id: Id,
    pub contingent: Id,
    pub direction: Direction,
    pub mode: Option<Mode>,
    pub carrier: String,
    pub origin: Place,
    pub destination: Place,
    pub planned: i32,
    pub window: Window,
    pub sources: Vec<Source>,
}

/// What a caller says of a movement that will not leave as planned.
pub enum Replan {
    Delay(Window),
    Cancel,
}

impl App {
    pub async fn create_movement(
        &self,
        context: &Context,
        new: NewMovement,
    ) -> Result<Committed<Movement>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        existing_mission(&mut work).await?;
        references_exist(&mut work, &scope, &new).await?;
        let now = work.now();
        let movement = Movement {
            mission: new.mission,
            id: new.id,
            contingent: new.contingent,
            direction: new.direction,
            mode: new.mode,
            carrier: new.carrier,
            origin: new.origin,
            destination: new.destination,
            planned: new.planned,
            window: new.window,
            state: State::Planned,
            departed_at: None,
            departed: 0,
            arrivals: Vec::new(),
            note: String::new(),
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !movements::insert(work.db(), &movement).await? {
            return Err(resource::already_exists(&movement.resource_name()).into());
        }
        Ok(work.commit(movement).await?)
    }

    pub async fn replan_movement(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        note: String,
        replan: Replan,
    ) -> Result<Committed<Movement>, Error> {
        let (mut work, scope) = self.begin(context, &mission).await?;
        let mut movement = locked(&mut work, &id, etag).await?;
        let contingent = contingents::get(work.db(), &mission, &movement.contingent).await?;
        scope.covers(contingent.as_ref().map_or("", |contingent| contingent.partner.as_str()))?;
        match replan {
            Replan::Delay(window) => movement.delay(window, note, work.now())?,
            Replan::Cancel => movement.cancel(note, work.now())?,
        }
        movements::update(work.db(), &movement).await?;
        Ok(work.commit(movement).await?)
    }
}

/// A movement that is held until the transaction ends, at the revision its caller decided on.
async fn locked(work: &mut Work, id: &Id, etag: &str) -> Result<Movement, Error> {
    let mission = work.mission().clone();
    let name = mission.child("movements", id);
    let movement = movements::lock(work.db(), &mission, id).await?;
    let movement = movement.ok_or_else(|| resource::not_found(&name))?;
    resource::check_etag(etag, &name, movement.revision)?;
    Ok(movement)
}

async fn references_exist(work: &mut Work, scope: &Scope, new: &NewMovement) -> Result<(), Error> {
    let contingent = contingents::get(work.db(), &new.mission, &new.contingent).await?;
    let contingent = contingent.ok_or_else(|| {
        let name = new.mission.child("contingents", &new.contingent);
        resource::unknown_reference("movement.contingent", &name)
    })?;
    scope.covers(contingent.partner.as_str())?;
    for (field, place) in [("origin", &new.origin), ("destination", &new.destination)] {
        if let Some(code) = &place.area
            && areas::get(work.db(), &new.mission, code).await?.is_none()
        {
            let field = format!("movement.{field}.area_code");
            return Err(resource::unknown_reference(&field, code).into());
        }
    }
    Ok(())
}
