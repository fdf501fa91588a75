use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{Resource, resource::etag, wire::timestamp, wire_enum, words::required};
use muster_values::MissionId;

use crate::{
    app::NewMission,
    domain::mission::{CheckType, Mission, Requirement, Stage},
};

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

pub fn create(request: pb::CreateMissionRequest) -> Result<NewMission, FieldViolation> {
    let mission = request.mission.required().at("mission")?;
    Ok(NewMission {
        id: MissionId::known(request.mission_id),
        display_name: mission.display_name,
        host_country: mission.host_country_code,
        purpose: mission.purpose,
        requirements: (mission.readiness_requirements.into_iter().enumerate())
            .map(|(index, wire)| requirement(wire).at_index("readiness_requirements", index))
            .collect::<Result<_, _>>()
            .at("mission")?,
    })
}

fn requirement(wire: pb::ReadinessRequirement) -> Result<Requirement, FieldViolation> {
    let stage = required(wire.state)
        .map_err(|_| FieldViolation::new("must be a step on the way out or home"));
    Ok(Requirement {
        stage: stage.at("state")?,
        check: required(wire.check_type).at("check_type")?,
    })
}

impl Resource for Mission {
    type Message = pb::Mission;

    fn resource_name(&self) -> String {
        self.id.name()
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Mission {
        pb::Mission {
            name: self.resource_name(),
            display_name: self.display_name.clone(),
            host_country_code: self.host_country.clone(),
            purpose: self.purpose.clone(),
            readiness_requirements: (self.requirements.iter())
                .map(|requirement| pb::ReadinessRequirement {
                    state: pb::ContingentState::from(requirement.stage).into(),
                    check_type: pb::ReadinessCheckType::from(requirement.check).into(),
                })
                .collect(),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}
