use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{
    resource::Content, wire, wire::wire_date, wire::wire_interval, wire::wire_quantity,
    wire::wire_sources, wire_enum, words::required,
};
use muster_values::{MissionId, Stored, name};

use crate::domain::mandate::{Mandate, Task, TaskType};

wire_enum!(
    TaskType,
    pb::MandateTaskType {
        OperationalSupport,
        InfrastructureSecurity,
        HumanitarianAccess,
        CapacityBuilding,
        UrgentMeasures,
        CivilianProtection,
        Other,
    }
);

impl Content for Mandate {
    type Message = pb::Mandate;

    fn unpack(mandate: pb::Mandate, mission: &MissionId) -> Result<Self, FieldViolation> {
        let (starts_at, ends_at) = wire::interval(mandate.validity).at("validity")?;
        let predecessor = name::optional_sibling(mission, &mandate.predecessor, "mandates");
        Ok(Self {
            predecessor: predecessor.at("predecessor")?,
            authority: mandate.authority,
            instrument: mandate.instrument,
            adopted_on: wire::required_date(mandate.adoption_date).at("adoption_date")?,
            starts_at,
            ends_at,
            personnel_ceiling: mandate.personnel_ceiling,
            planned_strength: (mandate.planned_strength)
                .map(|size| wire::quantity(Some(size)))
                .transpose()
                .at("planned_strength")?,
            areas: mandate.area_codes,
            tasks: (mandate.tasks.into_iter().enumerate())
                .map(|(index, task)| self::task(task).at_index("tasks", index))
                .collect::<Result<_, _>>()?,
            sources: wire::sources(mandate.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Mandate {
        let predecessor = |id| stored.mission.child("mandates", id);
        pb::Mandate {
            authority: stored.authority.clone(),
            instrument: stored.instrument.clone(),
            adoption_date: Some(wire_date(stored.adopted_on)),
            validity: Some(wire_interval(stored.starts_at, stored.ends_at)),
            personnel_ceiling: stored.personnel_ceiling,
            planned_strength: stored.planned_strength.as_ref().map(wire_quantity),
            area_codes: stored.areas.clone(),
            tasks: stored.tasks.iter().map(wire_task).collect(),
            predecessor: stored.predecessor.as_ref().map(predecessor).unwrap_or_default(),
            sources: wire_sources(&stored.sources),
            ..pb::Mandate::default()
        }
    }
}

fn task(wire: pb::MandateTask) -> Result<Task, FieldViolation> {
    let kind = required(wire.r#type).at("type")?;
    Ok(Task { kind, description: wire.description, clause: wire.clause })
}

fn wire_task(task: &Task) -> pb::MandateTask {
    pb::MandateTask {
        r#type: pb::MandateTaskType::from(task.kind).into(),
        description: task.description.clone(),
        clause: task.clause.clone(),
    }
}
