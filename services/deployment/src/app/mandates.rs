use muster_service::{Committed, Context, Resource, resource};
use muster_values::{Id, MissionId, Quantity, Source};
use time::{Date, OffsetDateTime};

use super::{App, Error, existing_mission};
use crate::{
    domain::mandate::{Mandate, Task},
    store::{areas, mandates},
};

/// What a caller says of an authorisation.
pub struct NewMandate {
    pub mission: MissionId,
    pub id: Id,
    pub authority: String,
    pub instrument: String,
    pub adopted_on: Date,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub personnel_ceiling: Option<i32>,
    pub planned_strength: Option<Quantity>,
    pub areas: Vec<String>,
    pub tasks: Vec<Task>,
    pub predecessor: Option<Id>,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_mandate(
        &self,
        context: &Context,
        new: NewMandate,
    ) -> Result<Committed<Mandate>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.whole()?;
        existing_mission(&mut work).await?;
        if let Some(id) = &new.predecessor
            && mandates::get(work.db(), &new.mission, id).await?.is_none()
        {
            let name = new.mission.child("mandates", id);
            return Err(resource::unknown_reference("mandate.predecessor", &name).into());
        }
        for (index, code) in new.areas.iter().enumerate() {
            if areas::get(work.db(), &new.mission, code).await?.is_none() {
                let field = format!("mandate.area_codes[{index}]");
                return Err(resource::unknown_reference(&field, code).into());
            }
        }
        let now = work.now();
        let mandate = Mandate {
            mission: new.mission,
            id: new.id,
            authority: new.authority,
            instrument: new.instrument,
            adopted_on: new.adopted_on,
            starts_at: new.starts_at,
            ends_at: new.ends_at,
            personnel_ceiling: new.personnel_ceiling,
            planned_strength: new.planned_strength,
            areas: new.areas,
            tasks: new.tasks,
            predecessor: new.predecessor,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !mandates::insert(work.db(), &mandate).await? {
            return Err(resource::already_exists(&mandate.resource_name()).into());
        }
        Ok(work.commit(mandate).await?)
    }
}
