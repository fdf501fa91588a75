use muster_service::{
    Committed, Context, Resource, context::AsOf, history::OWN, resource, resource::Key,
};
use muster_values::{Id, MissionId, PartialDate, Source};
use sqlx::PgConnection;

use super::{App, Error, known_area, known_mission, readable};
use crate::{
    convert,
    domain::incident::{Casualties, DatePrecision, Incident, IncidentType, Outcome, Verification},
    store::{self, incidents},
};

/// What a caller says of something that happened.
pub struct NewIncident {
    pub mission: MissionId,
    pub id: Id,
    pub kind: IncidentType,
    pub occurred_on: PartialDate,
    pub precision: DatePrecision,
    pub area: String,
    pub place_name: String,
    pub actors: Vec<String>,
    pub casualties: Vec<Casualties>,
    pub narrative: String,
    pub language: String,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_incident(
        &self,
        context: &Context,
        new: NewIncident,
    ) -> Result<Committed<Incident>, Error> {
        let mut work = self.begin(context, &new.mission).await?;
        known_mission(work.db(), &new.mission).await?;
        known_area(work.db(), &new.mission, &new.area, "incident.area_code").await?;
        let now = work.now();
        let incident = Incident {
            mission: new.mission,
            id: new.id,
            kind: new.kind,
            occurred_on: new.occurred_on,
            precision: new.precision,
            area: new.area,
            place_name: new.place_name,
            actors: new.actors,
            casualties: new.casualties,
            narrative: new.narrative,
            language: new.language,
            sources: new.sources,
            verification: Verification::Unverified,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !incidents::put(work.db(), &incident).await? {
            return Err(resource::already_exists(&incident.resource_name()).into());
        }
        Ok(work.commit(incident).await?)
    }

    pub async fn verify_incident(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        outcome: Outcome,
        note: String,
    ) -> Result<Committed<Incident>, Error> {
        let mut work = self.begin(context, &mission).await?;
        let name = mission.child("incidents", &id);
        if !incidents::lock(work.db(), &mission, &id).await? {
            return Err(resource::not_found(&name).into());
        }
        let mut incident = held(work.db(), &mission, &name).await?;
        resource::check_etag(etag, &name, incident.revision)?;
        incident.verify(outcome, note, work.now());
        if !incidents::put(work.db(), &incident).await? {
            return Err(resource::contended().into());
        }
        Ok(work.commit(incident).await?)
    }
}

/// An incident as it is now, of which the row is held.
async fn held(db: &mut PgConnection, mission: &MissionId, name: &str) -> Result<Incident, Error> {
    let found = OWN.get(db, mission, &Key::of(name), AsOf::default()).await;
    let revision = found.map_err(store::Error::from)?;
    let revision = revision.ok_or_else(|| resource::not_found(name))?;
    Ok(readable(convert::incidents::kept(&revision))?)
}
