use muster_service::{
    Committed, Context, MissionId,
    page::{Page, Paged},
    resource,
};

use super::{App, Error};
use crate::{
    domain::mission::{Mission, Requirement},
    store::{self, missions},
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

    pub async fn get_mission(&self, context: &Context, id: &MissionId) -> Result<Mission, Error> {
        let mut db = self.read(context, id).await?;
        let found = missions::get(&mut db, id).await?;
        Ok(found.ok_or_else(|| resource::not_found(&id.name()))?)
    }

    /// The missions that the caller has a role in.
    pub async fn list_missions(
        &self,
        context: &Context,
        page: &Page,
    ) -> Result<Paged<Mission>, Error> {
        let among = context.missions();
        self.database.still_has(context, None).await?;
        let mut db = self.database.reader().await.map_err(store::Error::from)?;
        let found = missions::list(&mut db, among.as_deref(), &page.after, page.limit()).await?;
        Ok(page.cut(found, |mission| mission.id.to_string()))
    }
}
