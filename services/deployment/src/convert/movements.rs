use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    resource, resource::Content, wire, wire::optional_date, wire::timestamp, wire::wire_date,
    wire::wire_sources, wire_enum, words::FromWire, words::required,
};
use muster_values::{MissionId, Stored, name};
use prost_types::{Duration, Timestamp};

use crate::domain::movement::{
    Arrival, Departure, Direction, Mode, Movement, MovementPlace, Replan, State, Travel, Window,
};

wire_enum!(Direction, pb::MovementDirection { Deployment, Repatriation });
wire_enum!(Mode, pb::TransportMode { Air, Sea, Road });

impl Content for Movement {
    type Message = pb::Movement;

    fn unpack(movement: pb::Movement, mission: &MissionId) -> Result<Self, FieldViolation> {
        let direction = required(movement.direction).at("direction")?;
        let destination = place(movement.destination.required().at("destination")?);
        if direction == Direction::Deployment && destination.area.is_none() {
            let violation = FieldViolation::new("is required for a deployment");
            return Err(violation.under("area_code").under("destination"));
        }
        Ok(Self {
            contingent: name::sibling(mission, &movement.contingent, "contingents")
                .at("contingent")?,
            direction,
            mode: Mode::from_wire(movement.mode),
            carrier: movement.carrier,
            origin: place(movement.origin.required().at("origin")?),
            destination,
            planned: movement.planned_headcount,
            window: movement.window.map(window).transpose().at("window")?.unwrap_or_default(),
            state: departed(movement.departure_time, movement.departed_headcount)?,
            note: String::new(),
            sources: wire::sources(movement.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Movement {
        let (departure, arrivals) = (stored.state.departure(), stored.state.arrivals());
        pb::Movement {
            contingent: stored.mission.child("contingents", &stored.contingent),
            direction: pb::MovementDirection::from(stored.direction).into(),
            mode: stored.mode.map_or(0, |mode| pb::TransportMode::from(mode).into()),
            carrier: stored.carrier.clone(),
            origin: Some(wire_place(&stored.origin)),
            destination: Some(wire_place(&stored.destination)),
            planned_headcount: stored.planned,
            window: Some(wire_window(stored.window)),
            state: state(stored.state).into(),
            departure_time: departure.map(|departure| timestamp(departure.at)),
            departed_headcount: departure.map_or(0, |departure| departure.headcount),
            arrived_headcount: arrivals.map_or(0, |arrivals| arrivals.headcount),
            slippage: stored.slippage().map(|late| Duration {
                seconds: late.whole_seconds(),
                nanos: late.subsec_nanoseconds(),
            }),
            note: stored.note.clone(),
            sources: wire_sources(&stored.sources),
            ..pb::Movement::default()
        }
    }
}

/// The state of a movement as far as callers tell it.
fn departed(at: Option<Timestamp>, headcount: i32) -> Result<State, FieldViolation> {
    let at = wire::optional_time(at).at("departure_time")?;
    Ok(at.map_or(State::Planned, |at| State::Departed(Departure { at, headcount })))
}

fn state(state: State) -> pb::MovementState {
    match state {
        State::Planned => pb::MovementState::Planned,
        State::Delayed => pb::MovementState::Delayed,
        State::Departed(_) => pb::MovementState::Departed,
        State::ArrivedInPart { .. } => pb::MovementState::ArrivedInPart,
        State::Arrived { .. } => pb::MovementState::Arrived,
        State::Cancelled => pb::MovementState::Cancelled,
    }
}

/// Reads who left or arrived.
pub fn travel(
    name: &str,
    etag: String,
    effective_time: Option<Timestamp>,
    note: String,
    headcount: i32,
) -> Result<Travel, FieldViolation> {
    let place = resource::place::<Movement>(name)?;
    let effective_at = wire::required_time(effective_time).at("effective_time")?;
    Ok(Travel { place, etag, effective_at, headcount, note })
}

pub fn delay(wire: Option<pb::MovementWindow>) -> Result<Replan, FieldViolation> {
    wire.required().and_then(window).at("window").map(Replan::Delay)
}

fn window(wire: pb::MovementWindow) -> Result<Window, FieldViolation> {
    let window = Window {
        ready_to_load: optional_date(wire.ready_to_load_date).at("ready_to_load_date")?,
        available_to_load: optional_date(wire.available_to_load_date)
            .at("available_to_load_date")?,
        earliest_arrival: optional_date(wire.earliest_arrival_date).at("earliest_arrival_date")?,
        latest_arrival: optional_date(wire.latest_arrival_date).at("latest_arrival_date")?,
        due_at: None,
    };
    let dates = window.earliest_arrival.zip(window.latest_arrival);
    if dates.is_some_and(|(earliest, latest)| latest < earliest) {
        let violation = FieldViolation::new("must not be before earliest_arrival_date");
        return Err(violation.under("latest_arrival_date"));
    }
    Ok(window)
}

fn place(wire: pb::MovementPlace) -> MovementPlace {
    MovementPlace {
        display_name: wire.display_name,
        locode: wire.locode,
        area: Some(wire.area_code).filter(|code| !code.is_empty()),
    }
}

fn wire_place(place: &MovementPlace) -> pb::MovementPlace {
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

impl Content for Arrival {
    type Message = pb::Arrival;

    fn unpack(arrival: pb::Arrival, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            at: wire::required_time(arrival.arrival_time).at("arrival_time")?,
            headcount: arrival.headcount,
            note: arrival.note,
            entry: None,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Arrival {
        pb::Arrival {
            arrival_time: Some(timestamp(stored.at)),
            headcount: stored.headcount,
            note: stored.note.clone(),
            ..pb::Arrival::default()
        }
    }
}
