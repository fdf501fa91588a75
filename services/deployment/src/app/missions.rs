use muster_service::{Committed, Context, resource};
use muster_values::MissionId;

use super::{App, Error};
use crate::{
    domain::mission::{Mission, Requirement},
    store::missions,
};

/// What a caller says of a mission to open.
pub struct NewMission {
    pub id: MissionId,
    pub display_name: String,
    pub host_country: String,
    pub purpose: String,
    pub requirements: Vec<Requirement>,
}

impl App {
    pub async fn create_mission(
        &self,
        context: &Context,
        new: NewMission,
    ) -> Result<Committed<Mission>, Error> {
        let (mut work, scope) = self.begin(context, &new.id).await?;
        scope.whole()?;
        let now = work.now();
        let mission = Mission {
            id: new.id,
            display_name: new.display_name,
            host_country: new.host_country,
            purpose: new.purpose,
            requirements: new.requirements,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !missions::insert(work.db(), &mission).await? {
            return Err(resource::already_exists(&mission.id.name()).into());
        }
        Ok(work.commit(mission).await?)
    }
}
