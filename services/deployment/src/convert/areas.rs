use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{resource::Content, wire, wire::wire_sources};
use muster_values::{MissionId, Stored, name};

use crate::domain::area::Area;

impl Content for Area {
    type Message = pb::Area;

    fn unpack(area: pb::Area, mission: &MissionId) -> Result<Self, FieldViolation> {
        let parent =
            name::optional_sibling(mission, &area.parent_area, "areas").at("parent_area")?;
        Ok(Self {
            display_name: area.display_name,
            level: area.level,
            parent: parent.map(|id| id.as_str().to_owned()),
            edition: area.edition,
            sources: wire::sources(area.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Area {
        let parent = |code| format!("{}/areas/{code}", stored.mission.name());
        pb::Area {
            display_name: stored.display_name.clone(),
            level: stored.level,
            parent_area: stored.content.parent.as_ref().map(parent).unwrap_or_default(),
            edition: stored.edition.clone(),
            sources: wire_sources(&stored.sources),
            ..pb::Area::default()
        }
    }
}
