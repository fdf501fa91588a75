use muster_service::FieldViolation;
use muster_service::{Committed, Context, Resource, field, resource};
use muster_values::{MissionId, Source};

use super::{App, Error, existing_mission};
use crate::{domain::area::Area, store::areas};

/// What a caller says of a place code.
pub struct NewArea {
    pub mission: MissionId,
    pub code: String,
    pub display_name: String,
    pub level: i32,
    pub parent: Option<String>,
    pub edition: String,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_area(
        &self,
        context: &Context,
        new: NewArea,
    ) -> Result<Committed<Area>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.whole()?;
        existing_mission(&mut work).await?;
        if let Some(code) = &new.parent {
            let parent = areas::get(work.db(), &new.mission, code).await?.ok_or_else(|| {
                let name = format!("{}/areas/{code}", new.mission.name());
                resource::unknown_reference("area.parent_area", &name)
            })?;
            if new.level <= parent.level {
                let rule = format!("must be greater than {}, the parent's", parent.level);
                return Err(field::refuse(&[FieldViolation::new(rule).under("area.level")]).into());
            }
        }
        let now = work.now();
        let area = Area {
            mission: new.mission,
            code: new.code,
            display_name: new.display_name,
            level: new.level,
            parent: new.parent,
            edition: new.edition,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !areas::insert(work.db(), &area).await? {
            return Err(resource::already_exists(&area.resource_name()).into());
        }
        Ok(work.commit(area).await?)
    }
}
