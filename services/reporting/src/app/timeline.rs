use muster_service::{
    Committed, Context, Id, MissionId, PartialDate, Resource, Source,
    page::{Page, Paged},
    resource,
};

use super::{App, Error, known_area, known_mission};
use crate::{
    domain::{
        incident::DatePrecision,
        timeline::{Event, EventKind},
    },
    store::timeline,
};

/// What a caller says of an event.
pub struct NewEvent {
    pub mission: MissionId,
    pub id: Id,
    pub kind: EventKind,
    pub title: String,
    pub description: String,
    pub happened_on: PartialDate,
    pub precision: DatePrecision,
    pub area: Option<String>,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_event(
        &self,
        context: &Context,
        new: NewEvent,
    ) -> Result<Committed<Event>, Error> {
        let mut work = self.begin(context, &new.mission).await?;
        known_mission(work.db(), &new.mission).await?;
        if let Some(area) = &new.area {
            known_area(work.db(), &new.mission, area, "timeline_event.area_code").await?;
        }
        let now = work.now();
        let event = Event {
            mission: new.mission,
            id: new.id,
            kind: new.kind,
            title: new.title,
            description: new.description,
            happened_on: new.happened_on,
            precision: new.precision,
            area: new.area,
            subject: None,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !timeline::insert(work.db(), &event).await? {
            return Err(resource::already_exists(&event.resource_name()).into());
        }
        Ok(work.commit(event).await?)
    }

    pub async fn get_event(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
    ) -> Result<Event, Error> {
        let mut db = self.read(context, &mission).await?;
        let found = timeline::get(&mut db, &mission, &id).await?;
        Ok(found.ok_or_else(|| resource::not_found(&mission.child("timelineEvents", &id)))?)
    }

    /// Events by date, then id.
    pub async fn list_events(
        &self,
        context: &Context,
        mission: &MissionId,
        page: &Page,
    ) -> Result<Paged<Event>, Error> {
        let after = page.after.split_once('/').unwrap_or_default();
        let mut db = self.read(context, mission).await?;
        let found = timeline::list(&mut db, mission, after, page.limit()).await?;
        Ok(page.cut(found, |event| format!("{}/{}", event.happened_on, event.id)))
    }
}
