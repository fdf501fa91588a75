use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{Resource, resource::etag, wire, wire::timestamp, wire::wire_sources};
use muster_values::{MissionId, name};

use crate::{app::NewArea, domain::area::Area};

pub fn create(request: pb::CreateAreaRequest) -> Result<NewArea, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let area = request.area.required().at("area")?;
    let parent = name::optional_sibling(&mission, &area.parent_area, "areas")
        .at("parent_area")
        .at("area")?;
    Ok(NewArea {
        mission,
        code: request.area_id,
        display_name: area.display_name,
        level: area.level,
        parent: parent.map(|id| id.as_str().to_owned()),
        edition: area.edition,
        sources: wire::sources(area.sources).at("area")?,
    })
}

impl Resource for Area {
    type Message = pb::Area;

    fn resource_name(&self) -> String {
        format!("{}/areas/{}", self.mission.name(), self.code)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Area {
        let parent = |code| format!("{}/areas/{code}", self.mission.name());
        pb::Area {
            name: self.resource_name(),
            display_name: self.display_name.clone(),
            level: self.level,
            parent_area: self.parent.as_ref().map(parent).unwrap_or_default(),
            edition: self.edition.clone(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}
