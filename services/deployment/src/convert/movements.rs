use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::optional_date, wire::timestamp, wire::wire_date,
    wire::wire_sources, wire_enum, words::FromWire, words::required,
};
use muster_values::{Id, MissionId, name};
use prost_types::{Duration, Timestamp};

use crate::{
    app::{NewMovement, Travel},
    domain::movement::{Arrival, Direction, Mode, Movement, Place, State, Window},
};

wire_enum!(Direction, pb::MovementDirection { Deployment, Repatriation });
wire_enum!(Mode, pb::TransportMode { Air, Sea, Road });
wire_enum!(
    State,
    pb::MovementState { Planned, Delayed, Departed, ArrivedInPart, Arrived, Cancelled }
);

pub fn create(request: pb::CreateMovementRequest) -> Result<NewMovement, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let movement = request.movement.required().at("movement")?;
    read(mission, Id::known(request.movement_id), movement).at("movement")
}

fn read(mission: MissionId, id: Id, movement: pb::Movement) -> Result<NewMovement, FieldViolation> {
    let direction = required(movement.direction).at("direction")?;
    let destination = place(movement.destination.required().at("destination")?);
    if direction == Direction::Deployment && destination.area.is_none() {
        let violation = FieldViolation::new("is required for a deployment");
        return Err(violation.under("area_code").under("destination"));
    }
    Ok(NewMovement {
        contingent: name::sibling(&mission, &movement.contingent, "contingents")
            .at("contingent")?,
        mission,
        id,
        direction,
        mode: Mode::from_wire(movement.mode),
        carrier: movement.carrier,
        origin: place(movement.origin.required().at("origin")?),
        destination,
        planned: movement.planned_headcount,
        window: movement.window.map(window).transpose().at("window")?.unwrap_or_default(),
        sources: wire::sources(movement.sources)?,
    })
}

/// Reads who left or arrived.
pub fn travel(
    name: &str,
    etag: String,
    effective_time: Option<Timestamp>,
    note: String,
    headcount: i32,
) -> Result<Travel, FieldViolation> {
    let (mission, id) = name::child(name, "movements").at("name")?;
    let effective_at = wire::required_time(effective_time).at("effective_time")?;
    Ok(Travel { mission, id, etag, effective_at, headcount, note })
}

pub fn delay(wire: Option<pb::MovementWindow>) -> Result<Window, FieldViolation> {
    wire.required().and_then(window).at("window")
}

fn window(wire: pb::MovementWindow) -> Result<Window, FieldViolation> {
    let window = Window {
        ready_to_load: optional_date(wire.ready_to_load_date).at("ready_to_load_date")?,
        available_to_load: optional_date(wire.available_to_load_date)
            .at("available_to_load_date")?,
        earliest_arrival: optional_date(wire.earliest_arrival_date).at("earliest_arrival_date")?,
        latest_arrival: optional_date(wire.latest_arrival_date).at("latest_arrival_date")?,
    };
    let dates = window.earliest_arrival.zip(window.latest_arrival);
    if dates.is_some_and(|(earliest, latest)| latest < earliest) {
        let violation = FieldViolation::new("must not be before earliest_arrival_date");
        return Err(violation.under("latest_arrival_date"));
    }
    Ok(window)
}

fn place(wire: pb::MovementPlace) -> Place {
    Place {
        display_name: wire.display_name,
        locode: wire.locode,
        area: Some(wire.area_code).filter(|code| !code.is_empty()),
    }
}

impl Resource for Movement {
    type Message = pb::Movement;

    fn resource_name(&self) -> String {
        self.mission.child("movements", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Movement {
        pb::Movement {
            name: self.resource_name(),
            contingent: self.mission.child("contingents", &self.contingent),
            direction: pb::MovementDirection::from(self.direction).into(),
            mode: self.mode.map_or(0, |mode| pb::TransportMode::from(mode).into()),
            carrier: self.carrier.clone(),
            origin: Some(wire_place(&self.origin)),
            destination: Some(wire_place(&self.destination)),
            planned_headcount: self.planned,
            window: Some(wire_window(self.window)),
            state: pb::MovementState::from(self.state).into(),
            departure_time: self.departed_at.map(timestamp),
            departed_headcount: self.departed,
            arrivals: self.arrivals.iter().map(arrival).collect(),
            arrived_headcount: self.arrived(),
            slippage: self.slippage().map(|late| Duration {
                seconds: late.whole_seconds(),
                nanos: late.subsec_nanoseconds(),
            }),
            note: self.note.clone(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}

fn wire_place(place: &Place) -> pb::MovementPlace {
    pb::MovementPlace {
        display_name: place.display_name.clone(),
        locode: place.locode.clone(),
        area_code: place.area.clone().unwrap_or_default(),
    }
}

fn wire_window(window: Window) -> pb::MovementWindow {
    pb::MovementWindow {
        ready_to_load_date: window.ready_to_load.map(wire_date),
        available_to_load_date: window.available_to_load.map(wire_date),
        earliest_arrival_date: window.earliest_arrival.map(wire_date),
        latest_arrival_date: window.latest_arrival.map(wire_date),
    }
}

fn arrival(arrival: &Arrival) -> pb::Arrival {
    pb::Arrival {
        arrival_time: Some(timestamp(arrival.at)),
        headcount: arrival.headcount,
        note: arrival.note.clone(),
    }
}
