use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_sources, words::required,
};
use muster_values::{Id, MissionId, name};
use prost_types::Timestamp;

use crate::{
    app::{Change, NewContingent},
    domain::{
        contingent::{Contingent, State, Transition},
        mission::Stage,
    },
};

pub fn create(request: pb::CreateContingentRequest) -> Result<NewContingent, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let contingent = request.contingent.required().at("contingent")?;
    read(mission, Id::known(request.contingent_id), contingent).at("contingent")
}

fn read(
    mission: MissionId,
    id: Id,
    contingent: pb::Contingent,
) -> Result<NewContingent, FieldViolation> {
    Ok(NewContingent {
        partner: name::sibling(&mission, &contingent.partner, "partners").at("partner")?,
        pledge: name::optional_sibling(&mission, &contingent.pledge, "pledges").at("pledge")?,
        mission,
        id,
        display_name: contingent.display_name,
        ordinal: contingent.ordinal,
        category: required(contingent.category).at("category")?,
        headcount: contingent.headcount,
        pledged_at: wire::optional_time(contingent.pledge_time).at("pledge_time")?,
        sources: wire::sources(contingent.sources)?,
    })
}

/// Reads what every change of a contingent says.
pub fn change(
    name: &str,
    etag: String,
    effective_time: Option<Timestamp>,
    note: String,
) -> Result<Change, FieldViolation> {
    let (mission, id) = name::child(name, "contingents").at("name")?;
    let effective_at = wire::required_time(effective_time).at("effective_time")?;
    Ok(Change { mission, id, etag, effective_at, note })
}

pub fn stage(state: i32) -> Result<Stage, FieldViolation> {
    let stage = required(state).map_err(|_| FieldViolation::new("is no step of a contingent"));
    stage.at("state")
}

impl Resource for Contingent {
    type Message = pb::Contingent;

    fn resource_name(&self) -> String {
        self.mission.child("contingents", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Contingent {
        let held = match self.state {
            State::OnHold(stage) => pb::ContingentState::from(stage),
            _ => pb::ContingentState::Unspecified,
        };
        let pledge = |id| self.mission.child("pledges", id);
        pb::Contingent {
            name: self.resource_name(),
            display_name: self.display_name.clone(),
            partner: self.mission.child("partners", &self.partner),
            pledge: self.pledge.as_ref().map(pledge).unwrap_or_default(),
            ordinal: self.ordinal,
            category: pb::PersonnelCategory::from(self.category).into(),
            headcount: self.headcount,
            state: pb::ContingentState::from(self.state).into(),
            held_state: held.into(),
            pledge_time: Some(timestamp(self.pledged_at)),
            transitions: self.transitions.iter().map(transition).collect(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
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
