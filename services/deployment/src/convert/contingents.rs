use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, resource::place, wire, wire::timestamp, wire::wire_sources, words::FromWire,
    words::required,
};
use muster_values::{MissionId, Stored, name};
use prost_types::Timestamp;

use crate::domain::{
    contingent::{Contingent, ContingentChange, ContingentStep, Standing, State, StepRequest},
    mission::Stage,
};

impl From<Standing> for pb::ContingentState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::At(stage) => stage.into(),
            Standing::OnHold => Self::OnHold,
            Standing::Withdrawn => Self::Withdrawn,
            Standing::Cancelled => Self::Cancelled,
        }
    }
}

impl FromWire for Standing {
    fn from_wire(number: i32) -> Option<Self> {
        match pb::ContingentState::try_from(number).ok()? {
            pb::ContingentState::OnHold => Some(Self::OnHold),
            pb::ContingentState::Withdrawn => Some(Self::Withdrawn),
            pb::ContingentState::Cancelled => Some(Self::Cancelled),
            _ => Stage::from_wire(number).map(Self::At),
        }
    }
}

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
            steps: 0,
            last_step_at: None,
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
            state: pb::ContingentState::from(Standing::from(stored.state)).into(),
            held_state: held.into(),
            pledge_time: stored.pledged_at.map(timestamp),
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
) -> Result<ContingentChange, FieldViolation> {
    let place = place::<Contingent>(name)?;
    let effective_at = wire::required_time(effective_time).at("effective_time")?;
    Ok(ContingentChange { place, etag, effective_at, note })
}

/// Reads which stage a contingent is to reach.
pub fn advance(state: i32) -> Result<StepRequest, FieldViolation> {
    let stage = required(state).map_err(|_| FieldViolation::new("is no step of a contingent"));
    stage.at("state").map(StepRequest::Advance)
}

impl Content for ContingentStep {
    type Message = pb::ContingentStep;

    fn unpack(step: pb::ContingentStep, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            from: required(step.from_state).at("from_state")?,
            to: required(step.to_state).at("to_state")?,
            effective_at: wire::required_time(step.effective_time).at("effective_time")?,
            note: step.note,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::ContingentStep {
        pb::ContingentStep {
            from_state: pb::ContingentState::from(stored.from).into(),
            to_state: pb::ContingentState::from(stored.to).into(),
            effective_time: Some(timestamp(stored.effective_at)),
            note: stored.note.clone(),
            ..pb::ContingentStep::default()
        }
    }
}
