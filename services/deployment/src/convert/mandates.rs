use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_date, wire::wire_interval,
    wire::wire_quantity, wire::wire_sources, wire_enum, words::required,
};
use muster_values::{Id, MissionId, name};

use crate::{
    app::NewMandate,
    domain::mandate::{Mandate, Task, TaskType},
};

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

pub fn create(request: pb::CreateMandateRequest) -> Result<NewMandate, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let mandate = request.mandate.required().at("mandate")?;
    read(mission, Id::known(request.mandate_id), mandate).at("mandate")
}

fn read(mission: MissionId, id: Id, mandate: pb::Mandate) -> Result<NewMandate, FieldViolation> {
    let (starts_at, ends_at) = wire::interval(mandate.validity).at("validity")?;
    let predecessor = name::optional_sibling(&mission, &mandate.predecessor, "mandates");
    Ok(NewMandate {
        predecessor: predecessor.at("predecessor")?,
        mission,
        id,
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

fn task(wire: pb::MandateTask) -> Result<Task, FieldViolation> {
    let kind = required(wire.r#type).at("type")?;
    Ok(Task { kind, description: wire.description, clause: wire.clause })
}

impl Resource for Mandate {
    type Message = pb::Mandate;

    fn resource_name(&self) -> String {
        self.mission.child("mandates", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Mandate {
        let predecessor = |id| self.mission.child("mandates", id);
        pb::Mandate {
            name: self.resource_name(),
            authority: self.authority.clone(),
            instrument: self.instrument.clone(),
            adoption_date: Some(wire_date(self.adopted_on)),
            validity: Some(wire_interval(self.starts_at, self.ends_at)),
            personnel_ceiling: self.personnel_ceiling,
            planned_strength: self.planned_strength.as_ref().map(wire_quantity),
            area_codes: self.areas.clone(),
            tasks: self.tasks.iter().map(wire_task).collect(),
            predecessor: self.predecessor.as_ref().map(predecessor).unwrap_or_default(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}

fn wire_task(task: &Task) -> pb::MandateTask {
    pb::MandateTask {
        r#type: pb::MandateTaskType::from(task.kind).into(),
        description: task.description.clone(),
        clause: task.clause.clone(),
    }
}
