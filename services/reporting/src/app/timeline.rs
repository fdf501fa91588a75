use muster_service::{Committed, Context, Resource, resource};
use muster_values::{Id, MissionId, PartialDate, Source};

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
}
