use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, wire, wire::timestamp, wire::wire_sources, words::required,
};
use muster_values::{MissionId, Stored, name};
use prost_types::Timestamp;

use crate::{
    app::Change,
    domain::{
        contingent::{Contingent, State, Transition},
        mission::Stage,
    },
};

impl Content for Contingent {
    type Message = pb::Contingent;

    fn unpack(contingent: pb::Contingent, mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            partner: name::sibling(mission, &contingent.partner, "partners").at("partner")?,
            pledge: name::optional_sibling(mission, &contingent.pledge, "pledges").at("pledge")?,
            display_name: contingent.display_name,
            ordinal: contingent.ordinal,
            category: required(contingent.category).at("category")?,
            headcount: contingent.headcount,
            pledged_at: wire::optional_time(contingent.pledge_time).at("pledge_time")?,
            state: State::At(Stage::Pledged),
            transitions: Vec::new(),
            sources: wire::sources(contingent.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Contingent {
        let held = match stored.state {
            State::OnHold(stage) => pb::ContingentState::from(stage),
            _ => pb::ContingentState::Unspecified,
        };
        let pledge = |id| stored.mission.child("pledges", id);
        pb::Contingent {
            display_name: stored.display_name.clone(),
            partner: stored.mission.child("partners", &stored.partner),
            pledge: stored.pledge.as_ref().map(pledge).unwrap_or_default(),
            ordinal: stored.ordinal,
            category: pb::PersonnelCategory::from(stored.category).into(),
            headcount: stored.headcount,
            state: pb::ContingentState::from(stored.state).into(),
            held_state: held.into(),
            pledge_time: stored.pledged_at.map(timestamp),
            transitions: stored.transitions.iter().map(transition).collect(),
            sources: wire_sources(&stored.sources),
            ..pb::Contingent::default()
        }
    }
}

/// Reads what every change of a contingent says.
pub fn change(
    name: &str,
    etag: String,
    effective_time: Option<Timestamp>,
    note: String,
) -> Result<Change, FieldViolation> {
    let place = super::place::<Contingent>(name)?;
    let effective_at = wire::required_time(effective_time).at("effective_time")?;
    Ok(Change { place, etag, effective_at, note })
}

pub fn stage(state: i32) -> Result<Stage, FieldViolation> {
    let stage = required(state).map_err(|_| FieldViolation::new("is no step of a contingent"));
    stage.at("state")
}

fn transition(step: &Transition) -> pb::ContingentTransition {
    pb::ContingentTransition {
        from_state: pb::ContingentState::from(step.from).into(),
        to_state: pb::ContingentState::from(step.to).into(),
        effective_time: Some(timestamp(step.effective_at)),
        record_time: Some(timestamp(step.recorded_at)),
        actor: step.actor.clone(),
        note: step.note.clone(),
    }
}

impl From<State> for pb::ContingentState {
    fn from(state: State) -> Self {
        match state {
            State::At(stage) => stage.into(),
            State::OnHold(_) => Self::OnHold,
            State::Withdrawn => Self::Withdrawn,
            State::Cancelled => Self::Cancelled,
        }
    }
}
