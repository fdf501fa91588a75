use muster_service::{Committed, Context, Resource, Work, resource};
use muster_values::{Id, MissionId, Quantity, Source};
use time::{Date, OffsetDateTime};

use super::{App, Error, existing_mission};
use crate::{
    domain::{
        claim::{Measure, StrengthClaim, Subject},
        strength::{Records, Strength},
    },
    store::{
        self, claims, contingents, headcount, mandates, missions, movements, partners, pledges,
    },
};

/// What a caller says of a claim of someone else's.
pub struct NewClaim {
    pub mission: MissionId,
    pub id: Id,
    pub measure: Measure,
    pub quantity: Quantity,
    pub as_of: Date,
    pub subject: Subject,
    pub note: String,
    pub sources: Vec<Source>,
}

impl App {
    pub async fn create_claim(
        &self,
        context: &Context,
        new: NewClaim,
    ) -> Result<Committed<StrengthClaim>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.whole()?;
        existing_mission(&mut work).await?;
        if !exists(&mut work, &new.subject).await? {
            let name = format!("{}/{}", new.mission.name(), new.subject.path());
            return Err(resource::unknown_reference("strength_claim.subject", &name).into());
        }
        let now = work.now();
        let claim = StrengthClaim {
            mission: new.mission,
            id: new.id,
            measure: new.measure,
            quantity: new.quantity,
            as_of: new.as_of,
            subject: new.subject,
            note: new.note,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !claims::insert(work.db(), &claim).await? {
            return Err(resource::already_exists(&claim.resource_name()).into());
        }
        Ok(work.commit(claim).await?)
    }

    /// The mission's strength at a moment, as it was known at another; both are now where
    /// nothing else is asked for.
    pub async fn strength(
        &self,
        context: &Context,
        mission: MissionId,
        valid_at: Option<OffsetDateTime>,
        as_of: Option<OffsetDateTime>,
    ) -> Result<Strength, Error> {
        context.scope(&mission)?;
        self.database.still_has(context, Some(&mission)).await?;
        let now = self.database.clock().now();
        // One snapshot for all of them, so that no number is of another moment than the next.
        let mut db = self.database.snapshot().await.map_err(store::Error::from)?;
        if missions::get(&mut db, &mission).await?.is_none() {
            return Err(resource::not_found(&mission.name()).into());
        }
        let records = Records {
            mandates: mandates::all(&mut db, &mission).await?,
            pledges: pledges::all(&mut db, &mission).await?,
            contingents: contingents::all(&mut db, &mission).await?,
            entries: headcount::of_mission(&mut db, &mission).await?,
            claims: claims::all(&mut db, &mission).await?,
        };
        let as_of = as_of.unwrap_or(now);
        let records = records.known_by(as_of);
        Ok(records.strength(mission, valid_at.unwrap_or(now), as_of)?)
    }
}

async fn exists(work: &mut Work, subject: &Subject) -> Result<bool, Error> {
    let mission = work.mission().clone();
    Ok(match subject {
        Subject::Mission => true,
        Subject::Partner(id) => partners::get(work.db(), &mission, id).await?.is_some(),
        Subject::Contingent(id) => contingents::get(work.db(), &mission, id).await?.is_some(),
        Subject::Movement(id) => movements::get(work.db(), &mission, id).await?.is_some(),
    })
}
