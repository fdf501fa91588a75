use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_sources, words::required,
};
use muster_values::{Id, MissionId, name};

use crate::{app::NewCheck, domain::readiness::ReadinessCheck};

pub fn create(request: pb::CreateReadinessCheckRequest) -> Result<NewCheck, FieldViolation> {
    let (mission, contingent) = name::child(&request.parent, "contingents").at("parent")?;
    let check = request.readiness_check.required().at("readiness_check")?;
    let id = Id::known(request.readiness_check_id);
    read(mission, contingent, id, check).at("readiness_check")
}

fn read(
    mission: MissionId,
    contingent: Id,
    id: Id,
    check: pb::ReadinessCheck,
) -> Result<NewCheck, FieldViolation> {
    Ok(NewCheck {
        mission,
        contingent,
        id,
        kind: required(check.r#type).at("type")?,
        passed: check.result() == pb::ReadinessCheckResult::Passed,
        checked_at: wire::required_time(check.check_time).at("check_time")?,
        place: check.place,
        official: check.official,
        note: check.note,
        sources: wire::sources(check.sources)?,
    })
}

impl Resource for ReadinessCheck {
    type Message = pb::ReadinessCheck;

    fn resource_name(&self) -> String {
        let contingent = self.mission.child("contingents", &self.contingent);
        format!("{contingent}/readinessChecks/{}", self.id)
    }

    /// A check is never changed.
    fn revision(&self) -> i64 {
        1
    }

    fn pack(&self) -> pb::ReadinessCheck {
        let result = if self.passed {
            pb::ReadinessCheckResult::Passed
        } else {
            pb::ReadinessCheckResult::Failed
        };
        pb::ReadinessCheck {
            name: self.resource_name(),
            r#type: pb::ReadinessCheckType::from(self.kind).into(),
            result: result.into(),
            check_time: Some(timestamp(self.checked_at)),
            place: self.place.clone(),
            official: self.official.clone(),
            note: self.note.clone(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            etag: etag(1),
        }
    }
}
