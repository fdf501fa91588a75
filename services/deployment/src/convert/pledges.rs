use muster_proto::{
    common::v1::Source as WireSource, deployment::v1 as pb, google::r#type::Date as WireDate,
};
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_date, wire::wire_partial_date,
    wire::wire_quantity, wire::wire_sources, wire_enum, words::FromWire,
};
use muster_values::{Id, MissionId, Source, name};
use time::Date;

use crate::{
    app::NewPledge,
    domain::pledge::{Category, Pledge, State},
};

wire_enum!(Category, pb::PersonnelCategory { Police, Military, Civilian, Mixed });

pub fn create(request: pb::CreatePledgeRequest) -> Result<NewPledge, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let pledge = request.pledge.required().at("pledge")?;
    read(mission, Id::known(request.pledge_id), pledge).at("pledge")
}

fn read(mission: MissionId, id: Id, pledge: pb::Pledge) -> Result<NewPledge, FieldViolation> {
    Ok(NewPledge {
        partner: name::sibling(&mission, &pledge.partner, "partners").at("partner")?,
        mission,
        id,
        size: pledge.size.map(|size| wire::quantity(Some(size))).transpose().at("size")?,
        category: Category::from_wire(pledge.category),
        offered_on: wire::required_partial_date(pledge.offer_date).at("offer_date")?,
        conditions: pledge.conditions,
        sources: wire::sources(pledge.sources)?,
    })
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

impl Resource for Pledge {
    type Message = pb::Pledge;

    fn resource_name(&self) -> String {
        self.mission.child("pledges", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Pledge {
        let (withdrawn_on, withdraw_reason) = match &self.state {
            State::Withdrawn { on, reason, .. } => (Some(*on), reason.clone()),
            _ => (None, String::new()),
        };
        pb::Pledge {
            name: self.resource_name(),
            partner: self.mission.child("partners", &self.partner),
            size: self.size.as_ref().map(wire_quantity),
            category: self
                .category
                .map_or(0, |category| pb::PersonnelCategory::from(category).into()),
            offer_date: Some(wire_partial_date(self.offered_on)),
            conditions: self.conditions.clone(),
            state: state(&self.state).into(),
            confirm_date: self.confirmed.map(|notified| wire_date(notified.on)),
            withdraw_date: withdrawn_on.map(wire_date),
            withdraw_reason,
            arrived_headcount: self.arrived,
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
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
