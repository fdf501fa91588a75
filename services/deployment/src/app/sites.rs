use muster_service::{Committed, Context, Resource, resource};
use muster_values::{Id, MissionId, Source};

use super::{App, Error, existing_mission};
use crate::{
    domain::site::{Site, SiteKind, SiteStatus},
    store::{areas, sites},
};

/// What a caller says of a place that matters.
pub struct NewSite {
    pub mission: MissionId,
    pub id: Id,
    pub display_name: String,
    pub kind: SiteKind,
    pub area: String,
    pub point: Option<(f64, f64)>,
    pub history: Vec<SiteStatus>,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_site(
        &self,
        context: &Context,
        new: NewSite,
    ) -> Result<Committed<Site>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.whole()?;
        existing_mission(&mut work).await?;
        if areas::get(work.db(), &new.mission, &new.area).await?.is_none() {
            return Err(resource::unknown_reference("site.area_code", &new.area).into());
        }
        let now = work.now();
        let mut site = Site {
            mission: new.mission,
            id: new.id,
            display_name: new.display_name,
            kind: new.kind,
            area: new.area,
            point: new.point,
            history: new.history,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        for status in &mut site.history {
            status.recorded_at = now;
        }
        site.order();
        if !sites::insert(work.db(), &site).await? {
            return Err(resource::already_exists(&site.resource_name()).into());
        }
        Ok(work.commit(site).await?)
    }

    pub async fn record_site_status(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        status: SiteStatus,
    ) -> Result<Committed<Site>, Error> {
        let (mut work, scope) = self.begin(context, &mission).await?;
        scope.whole()?;
        let name = mission.child("sites", &id);
        let site = sites::lock(work.db(), &mission, &id).await?;
        let mut site = site.ok_or_else(|| resource::not_found(&name))?;
        resource::check_etag(etag, &name, site.revision)?;
        let now = work.now();
        site.record(SiteStatus { recorded_at: now, ..status }, now)?;
        sites::update(work.db(), &site).await?;
        Ok(work.commit(site).await?)
    }
}
