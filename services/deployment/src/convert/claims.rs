use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, wire, wire::wire_date, wire::wire_quantity, wire::wire_sources,
    words::ToWire, words::required,
};
use muster_values::{MissionId, Stored};

use crate::domain::claim::{StrengthClaim, Subject};

impl Content for StrengthClaim {
    type Message = pb::StrengthClaim;

    fn unpack(claim: pb::StrengthClaim, mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            subject: subject(mission, &claim.subject).at("subject")?,
            measure: required(claim.measure).at("measure")?,
            quantity: wire::quantity(claim.quantity).at("quantity")?,
            as_of: wire::required_date(claim.as_of_date).at("as_of_date")?,
            note: claim.note,
            sources: wire::sources(claim.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::StrengthClaim {
        let subject = match stored.subject.to_string() {
            path if path.is_empty() => path,
            path => format!("{}/{path}", stored.mission.name()),
        };
        pb::StrengthClaim {
            measure: stored.measure.to_wire().into(),
            quantity: Some(wire_quantity(&stored.quantity)),
            as_of_date: Some(wire_date(stored.as_of)),
            subject,
            note: stored.note.clone(),
            sources: wire_sources(&stored.sources),
            ..pb::StrengthClaim::default()
        }
    }
}

fn subject(mission: &MissionId, name: &str) -> Result<Subject, FieldViolation> {
    if name.is_empty() {
        return Ok(Subject::Mission);
    }
    let within = name.strip_prefix(&format!("{}/", mission.name()));
    (within.and_then(|path| path.parse().ok()))
        .ok_or_else(|| FieldViolation::new(format!("must belong to {}", mission.name())))
}
