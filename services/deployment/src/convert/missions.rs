use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{resource::Content, wire_enum, words::required};
use muster_values::{MissionId, Stored, Zone};

use crate::domain::mission::{CheckType, Mission, Requirement, Stage};

wire_enum!(
    CheckType,
    pb::ReadinessCheckType { Training, Medical, Equipment, LegalClearance, Vetting, Briefing }
);
wire_enum!(
    Stage,
    pb::ContingentState {
        Pledged,
        Confirmed,
        Training,
        Trained,
        Vetted,
        Briefed,
        Ready,
        Deploying,
        Deployed,
        Rotating,
        Repatriated,
    }
);

impl Content for Mission {
    type Message = pb::Mission;

    fn unpack(mission: pb::Mission, _id: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            display_name: mission.display_name,
            host_country: mission.host_country_code,
            purpose: mission.purpose,
            requirements: (mission.readiness_requirements.into_iter().enumerate())
                .map(|(index, wire)| requirement(wire).at_index("readiness_requirements", index))
                .collect::<Result<_, _>>()?,
            zone: match mission.time_zone.as_str() {
                "" => Zone::UTC,
                name => name.parse::<Zone>().at("time_zone")?,
            },
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Mission {
        pb::Mission {
            display_name: stored.display_name.clone(),
            host_country_code: stored.host_country.clone(),
            purpose: stored.purpose.clone(),
            readiness_requirements: (stored.requirements.iter())
                .map(|requirement| pb::ReadinessRequirement {
                    state: pb::ContingentState::from(requirement.stage).into(),
                    check_type: pb::ReadinessCheckType::from(requirement.check).into(),
                })
                .collect(),
            time_zone: stored.zone.to_string(),
            ..pb::Mission::default()
        }
    }
}

fn requirement(wire: pb::ReadinessRequirement) -> Result<Requirement, FieldViolation> {
    let stage = required(wire.state).ok().filter(|stage: &Stage| stage.needs_checks());
    let rule = "must be a state on the way out, up to DEPLOYING";
    Ok(Requirement {
        stage: stage.ok_or_else(|| FieldViolation::new(rule)).at("state")?,
        check: required(wire.check_type).at("check_type")?,
    })
}
