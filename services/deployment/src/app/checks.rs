use muster_service::{Committed, Context, Resource, resource};
use muster_values::{Id, MissionId, Source};
use time::OffsetDateTime;

use super::{App, Error, not_in_the_future};
use crate::{
    domain::{mission::CheckType, readiness::ReadinessCheck},
    store::{checks, contingents},
};

/// What a caller says of a look at whether a contingent is fit to go.
pub struct NewCheck {
    pub mission: MissionId,
    pub contingent: Id,
    pub id: Id,
    pub kind: CheckType,
    pub passed: bool,
    pub checked_at: OffsetDateTime,
    pub place: String,
    pub official: String,
    pub note: String,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_check(
        &self,
        context: &Context,
        new: NewCheck,
    ) -> Result<Committed<ReadinessCheck>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        // Held, so that no step is decided between this check and its commit.
        let contingent = contingents::lock(work.db(), &new.mission, &new.contingent).await?;
        let name = new.mission.child("contingents", &new.contingent);
        let contingent = contingent.ok_or_else(|| resource::not_found(&name))?;
        scope.covers(contingent.partner.as_str())?;
        let now = work.now();
        not_in_the_future("readiness_check.check_time", new.checked_at, now)?;
        let check = ReadinessCheck {
            mission: new.mission,
            contingent: new.contingent,
            id: new.id,
            kind: new.kind,
            passed: new.passed,
            checked_at: new.checked_at,
            place: new.place,
            official: new.official,
            note: new.note,
            sources: new.sources,
            created_at: now,
        };
        if !checks::insert(work.db(), &check).await? {
            return Err(resource::already_exists(&check.resource_name()).into());
        }
        Ok(work.commit(check).await?)
    }
}
