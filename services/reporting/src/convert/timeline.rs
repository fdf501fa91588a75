use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_partial_date, wire::wire_sources,
    wire_enum, words::required,
};
use muster_values::{Id, MissionId};

use super::{dated, wire_precision};
use crate::{
    app::NewEvent,
    domain::timeline::{Event, EventKind},
};

wire_enum!(EventKind, pb::TimelineEventKind { Political, Security, Humanitarian, Mission });

pub fn create(request: pb::CreateTimelineEventRequest) -> Result<NewEvent, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let event = request.timeline_event.required().at("timeline_event")?;
    read(mission, Id::known(request.timeline_event_id), event).at("timeline_event")
}

fn read(mission: MissionId, id: Id, event: pb::TimelineEvent) -> Result<NewEvent, FieldViolation> {
    let (happened_on, precision) = dated(event.event_date, event.date_precision, "event_date")?;
    Ok(NewEvent {
        mission,
        id,
        kind: kind(event.kind).at("kind")?,
        title: event.title,
        description: event.description,
        happened_on,
        precision,
        area: (!event.area_code.is_empty()).then_some(event.area_code),
        sources: wire::sources(event.sources)?,
    })
}

fn kind(wire: i32) -> Result<EventKind, FieldViolation> {
    match required(wire)? {
        EventKind::Mission => {
            Err(FieldViolation::new("must not be MISSION; the deployment service tells of those"))
        }
        kind => Ok(kind),
    }
}

impl Resource for Event {
    type Message = pb::TimelineEvent;

    fn resource_name(&self) -> String {
        self.mission.child("timelineEvents", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::TimelineEvent {
        pb::TimelineEvent {
            name: self.resource_name(),
            kind: pb::TimelineEventKind::from(self.kind).into(),
            title: self.title.clone(),
            description: self.description.clone(),
            event_date: Some(wire_partial_date(self.happened_on)),
            date_precision: wire_precision(self.precision),
            area_code: self.area.clone().unwrap_or_default(),
            subject: self.subject.clone().unwrap_or_default(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}
