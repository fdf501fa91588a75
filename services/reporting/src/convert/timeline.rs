use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, wire, wire::wire_partial_date, wire::wire_sources, wire_enum,
    words::required,
};
use muster_values::{MissionId, Stored};

use super::{dated, wire_precision};
use crate::domain::timeline::{Event, EventKind};

wire_enum!(EventKind, pb::TimelineEventKind { Political, Security, Humanitarian, Mission });

impl Content for Event {
    type Message = pb::TimelineEvent;

    fn unpack(event: pb::TimelineEvent, _mission: &MissionId) -> Result<Self, FieldViolation> {
        let (happened_on, precision) = dated(event.event_date, event.date_precision, "event_date")?;
        Ok(Self {
            kind: kind(event.kind).at("kind")?,
            title: event.title,
            description: event.description,
            happened_on,
            precision,
            area: (!event.area_code.is_empty()).then_some(event.area_code),
            subject: None,
            sources: wire::sources(event.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::TimelineEvent {
        pb::TimelineEvent {
            kind: pb::TimelineEventKind::from(stored.kind).into(),
            title: stored.title.clone(),
            description: stored.description.clone(),
            event_date: Some(wire_partial_date(stored.happened_on)),
            date_precision: wire_precision(stored.precision),
            area_code: stored.area.clone().unwrap_or_default(),
            subject: stored.subject.clone().unwrap_or_default(),
            sources: wire_sources(&stored.sources),
            ..pb::TimelineEvent::default()
        }
    }
}

fn kind(wire: i32) -> Result<EventKind, FieldViolation> {
    match required(wire)? {
        EventKind::Mission => {
            Err(FieldViolation::new("must not be MISSION; the deployment service tells of those"))
        }
        kind => Ok(kind),
    }
}
