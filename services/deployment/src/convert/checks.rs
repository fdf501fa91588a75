use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, wire, wire::timestamp, wire::wire_sources, words::required,
};
use muster_values::{MissionId, Stored};

use crate::domain::readiness::ReadinessCheck;

impl Content for ReadinessCheck {
    type Message = pb::ReadinessCheck;

    fn unpack(check: pb::ReadinessCheck, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            kind: required(check.r#type).at("type")?,
            passed: check.result() == pb::ReadinessCheckResult::Passed,
            checked_at: wire::required_time(check.check_time).at("check_time")?,
            place: check.place,
            official: check.official,
            note: check.note,
            sources: wire::sources(check.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::ReadinessCheck {
        let result = if stored.passed {
            pb::ReadinessCheckResult::Passed
        } else {
            pb::ReadinessCheckResult::Failed
        };
        pb::ReadinessCheck {
            r#type: pb::ReadinessCheckType::from(stored.kind).into(),
            result: result.into(),
            check_time: Some(timestamp(stored.checked_at)),
            place: stored.place.clone(),
            official: stored.official.clone(),
            note: stored.note.clone(),
            sources: wire_sources(&stored.sources),
            ..pb::ReadinessCheck::default()
        }
    }
}
