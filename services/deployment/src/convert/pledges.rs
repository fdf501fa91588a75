use muster_proto::{
    common::v1::Source as WireSource, deployment::v1 as pb, google::r#type::Date as WireDate,
};
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, wire, wire::wire_date, wire::wire_partial_date, wire::wire_quantity,
    wire::wire_sources, wire_enum, words::FromWire,
};
use muster_values::{MissionId, Source, Stored, name};
use time::Date;

use crate::domain::pledge::{Category, Pledge, State};

wire_enum!(Category, pb::PersonnelCategory { Police, Military, Civilian, Mixed });

impl Content for Pledge {
    type Message = pb::Pledge;

    fn unpack(pledge: pb::Pledge, mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            partner: name::sibling(mission, &pledge.partner, "partners").at("partner")?,
            size: pledge.size.map(|size| wire::quantity(Some(size))).transpose().at("size")?,
            category: Category::from_wire(pledge.category),
            offered_on: wire::required_partial_date(pledge.offer_date).at("offer_date")?,
            conditions: pledge.conditions,
            state: withdrawn(pledge.withdraw_date, pledge.withdraw_reason)?,
            confirmed_on: wire::optional_date(pledge.confirm_date).at("confirm_date")?,
            arrived: 0,
            sources: wire::sources(pledge.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Pledge {
        let (withdrawn_on, withdraw_reason) = match &stored.state {
            State::Withdrawn { on, reason } => (Some(*on), reason.clone()),
            _ => (None, String::new()),
        };
        pb::Pledge {
            partner: stored.mission.child("partners", &stored.partner),
            size: stored.size.as_ref().map(wire_quantity),
            category: stored
                .category
                .map_or(0, |category| pb::PersonnelCategory::from(category).into()),
            offer_date: Some(wire_partial_date(stored.offered_on)),
            conditions: stored.conditions.clone(),
            state: state(&stored.state).into(),
            confirm_date: stored.confirmed_on.map(wire_date),
            withdraw_date: withdrawn_on.map(wire_date),
            withdraw_reason,
            arrived_headcount: stored.arrived,
            sources: wire_sources(&stored.sources),
            ..pb::Pledge::default()
        }
    }
}

/// The state of a pledge as far as callers tell it.
fn withdrawn(date: Option<WireDate>, reason: String) -> Result<State, FieldViolation> {
    match wire::optional_date(date).at("withdraw_date")? {
        Some(on) if !reason.is_empty() => Ok(State::Withdrawn { on, reason }),
        None if reason.is_empty() => Ok(State::Offered),
        _ => Err(FieldViolation::new("goes with withdraw_date").under("withdraw_reason")),
    }
}

pub fn confirm(
    date: Option<WireDate>,
    sources: Vec<WireSource>,
) -> Result<(Date, Vec<Source>), FieldViolation> {
    Ok((wire::required_date(date).at("confirm_date")?, wire::sources(sources)?))
}

pub fn withdraw(date: Option<WireDate>) -> Result<Date, FieldViolation> {
    wire::required_date(date).at("withdraw_date")
}

fn state(state: &State) -> pb::PledgeState {
    match state {
        State::Offered => pb::PledgeState::Offered,
        State::Confirmed => pb::PledgeState::Confirmed,
        State::FulfilledInPart => pb::PledgeState::FulfilledInPart,
        State::Fulfilled => pb::PledgeState::Fulfilled,
        State::Withdrawn { .. } => pb::PledgeState::Withdrawn,
    }
}
