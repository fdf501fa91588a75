use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_date, wire::wire_quantity,
    wire::wire_sources, wire_enum, words::required,
};
use muster_values::{Id, MissionId};

use crate::{
    app::NewClaim,
    domain::claim::{Measure, StrengthClaim, Subject},
};

wire_enum!(
    Measure,
    pb::StrengthMeasure {
        Authorised,
        Planned,
        Pledged,
        Confirmed,
        Ready,
        InTransit,
        Arrived,
        Present,
        Effective,
        Listed,
        Operational,
        Available,
    }
);

pub fn create(request: pb::CreateStrengthClaimRequest) -> Result<NewClaim, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let claim = request.strength_claim.required().at("strength_claim")?;
    read(mission, Id::known(request.strength_claim_id), claim).at("strength_claim")
}

fn read(mission: MissionId, id: Id, claim: pb::StrengthClaim) -> Result<NewClaim, FieldViolation> {
    Ok(NewClaim {
        subject: subject(&mission, &claim.subject).at("subject")?,
        mission,
        id,
        measure: required(claim.measure).at("measure")?,
        quantity: wire::quantity(claim.quantity).at("quantity")?,
        as_of: wire::required_date(claim.as_of_date).at("as_of_date")?,
        note: claim.note,
        sources: wire::sources(claim.sources)?,
    })
}

fn subject(mission: &MissionId, name: &str) -> Result<Subject, FieldViolation> {
    if name.is_empty() {
        return Ok(Subject::Mission);
    }
    let within = name.strip_prefix(&format!("{}/", mission.name()));
    within
        .and_then(Subject::read)
        .ok_or_else(|| FieldViolation::new(format!("must belong to {}", mission.name())))
}

impl Resource for StrengthClaim {
    type Message = pb::StrengthClaim;

    fn resource_name(&self) -> String {
        self.mission.child("strengthClaims", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::StrengthClaim {
        let subject = match self.subject.path() {
            path if path.is_empty() => path,
            path => format!("{}/{path}", self.mission.name()),
        };
        pb::StrengthClaim {
            name: self.resource_name(),
            measure: pb::StrengthMeasure::from(self.measure).into(),
            quantity: Some(wire_quantity(&self.quantity)),
            as_of_date: Some(wire_date(self.as_of)),
            subject,
            note: self.note.clone(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}
