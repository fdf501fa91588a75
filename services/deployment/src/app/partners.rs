use muster_service::{Committed, Context, Resource, resource};
use muster_values::{Id, MissionId, Source};

use super::{App, Error, existing_mission};
use crate::{
    domain::partner::{Partner, Role},
    store::partners,
};

/// What a caller says of who takes part.
pub struct NewPartner {
    pub mission: MissionId,
    pub id: Id,
    pub display_name: String,
    pub country: Option<String>,
    pub roles: Vec<Role>,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_partner(
        &self,
        context: &Context,
        new: NewPartner,
    ) -> Result<Committed<Partner>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.whole()?;
        existing_mission(&mut work).await?;
        let now = work.now();
        let partner = Partner {
            mission: new.mission,
            id: new.id,
            display_name: new.display_name,
            country: new.country,
            roles: new.roles,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !partners::insert(work.db(), &partner).await? {
            return Err(resource::already_exists(&partner.resource_name()).into());
        }
        Ok(work.commit(partner).await?)
    }
}
