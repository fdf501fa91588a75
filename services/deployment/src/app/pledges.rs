use muster_service::{Committed, Context, Resource, Work, resource};
use muster_values::{Id, MissionId, PartialDate, Quantity, Source};
use time::Date;

use super::{App, Error, existing_mission};
use crate::{
    domain::pledge::{Category, Pledge, State},
    store::{partners, pledges},
};

/// What a caller says of an offer.
pub struct NewPledge {
    pub mission: MissionId,
    pub id: Id,
    pub partner: Id,
    pub size: Option<Quantity>,
    pub category: Option<Category>,
    pub offered_on: PartialDate,
    pub conditions: String,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_pledge(
        &self,
        context: &Context,
        new: NewPledge,
    ) -> Result<Committed<Pledge>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.covers(new.partner.as_str())?;
        existing_mission(&mut work).await?;
        if partners::get(work.db(), &new.mission, &new.partner).await?.is_none() {
            let partner = new.mission.child("partners", &new.partner);
            return Err(resource::unknown_reference("pledge.partner", &partner).into());
        }
        let now = work.now();
        let pledge = Pledge {
            mission: new.mission,
            id: new.id,
            partner: new.partner,
            size: new.size,
            category: new.category,
            offered_on: new.offered_on,
            conditions: new.conditions,
            state: State::Offered,
            confirmed: None,
            arrived: 0,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !pledges::insert(work.db(), &pledge).await? {
            return Err(resource::already_exists(&pledge.resource_name()).into());
        }
        Ok(work.commit(pledge).await?)
    }

    pub async fn confirm_pledge(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        on: Date,
        sources: Vec<Source>,
    ) -> Result<Committed<Pledge>, Error> {
        let (mut work, scope) = self.begin(context, &mission).await?;
        let mut pledge = locked(&mut work, &id, etag).await?;
        scope.covers(pledge.partner.as_str())?;
        pledge.confirm(on, sources, work.now())?;
        pledges::update(work.db(), &pledge).await?;
        Ok(work.commit(pledge).await?)
    }

    pub async fn withdraw_pledge(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        on: Date,
        reason: String,
    ) -> Result<Committed<Pledge>, Error> {
        let (mut work, scope) = self.begin(context, &mission).await?;
        let mut pledge = locked(&mut work, &id, etag).await?;
        scope.covers(pledge.partner.as_str())?;
        pledge.withdraw(on, reason, work.now())?;
        pledges::update(work.db(), &pledge).await?;
        Ok(work.commit(pledge).await?)
    }
}

/// A pledge that is held until the transaction ends, at the revision its caller decided on.
async fn locked(work: &mut Work, id: &Id, etag: &str) -> Result<Pledge, Error> {
    let mission = work.mission().clone();
    let name = mission.child("pledges", id);
    let pledge = pledges::lock(work.db(), &mission, id).await?;
    let pledge = pledge.ok_or_else(|| resource::not_found(&name))?;
    resource::check_etag(etag, &name, pledge.revision)?;
    Ok(pledge)
}
