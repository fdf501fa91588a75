use muster_service::{Context, Work, resource, standard::Record, table};
use muster_values::{Id, MissionId, Place, Stored};
use time::OffsetDateTime;

use super::{App, Error};
use crate::domain::{
    claim::{StrengthClaim, Subject},
    contingent::Contingent,
    mission::Mission,
    movement::Movement,
    partner::Partner,
    strength::{Records, Strength},
};

impl Record for StrengthClaim {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        if exists(work, &stored.subject).await? {
            return Ok(());
        }
        let name = format!("{}/{}", stored.mission.name(), stored.subject);
        Err(resource::unknown_reference("strength_claim.subject", &name).into())
    }
}

impl App {
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
        let mut db = self.database.snapshot().await?;
        let place = Place::new(mission.clone(), Id::known(mission.as_str()));
        if table::get::<Mission>(&mut db, &place).await?.is_none() {
            return Err(resource::not_found(&mission.name()).into());
        }
        let records = Records {
            mandates: table::all(&mut db, &mission).await?,
            pledges: table::all(&mut db, &mission).await?,
            contingents: table::all(&mut db, &mission).await?,
            entries: table::all(&mut db, &mission).await?,
            claims: table::all(&mut db, &mission).await?,
        };
        let as_of = as_of.unwrap_or(now);
        let records = records.known_by(as_of);
        Ok(records.strength(mission, valid_at.unwrap_or(now), as_of)?)
    }
}

async fn exists(work: &mut Work, subject: &Subject) -> Result<bool, Error> {
    let place = |id: &Id| Place::new(work.mission().clone(), id.clone());
    Ok(match subject {
        Subject::Mission => true,
        Subject::Partner(id) => {
            let place = place(id);
            table::get::<Partner>(work.db(), &place).await?.is_some()
        }
        Subject::Contingent(id) => {
            let place = place(id);
            table::get::<Contingent>(work.db(), &place).await?.is_some()
        }
        Subject::Movement(id) => {
            let place = place(id);
            table::get::<Movement>(work.db(), &place).await?.is_some()
        }
    })
}
