use muster_service::{
    Context, Work, history::Revision, resource, standard::Reads, standard::Record, table,
};
use muster_values::{Id, MissionId, Place, Stored, Zone};
use time::OffsetDateTime;

use super::{App, Error};
use crate::{
    domain::{
        claim::{StrengthClaim, Subject},
        contingent::Contingent,
        mission::Mission,
        movement::Movement,
        partner::Partner,
    },
    store::strength,
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

/// What a mission's strength is made from.
pub struct Recorded {
    /// Of the mission's place.
    pub zone: Zone,
    pub revisions: Vec<Revision>,
    /// When it was read.
    pub now: OffsetDateTime,
}

impl App {
    /// Everything that a mission's strength is made from, as it was known by the moments that the
    /// caller asks for. All of it is of one moment, so that no number is older than the next.
    pub async fn recorded_strength(
        &self,
        context: &Context,
        mission: &MissionId,
    ) -> Result<Recorded, Error> {
        self.admit(context, mission).await?;
        let now = self.database.clock().now();
        let mut reader = self.reader(context, mission).await?;
        let as_of = reader.as_of();
        let place = Place::new(mission.clone(), Id::trusted(mission.as_str()));
        let found = table::get::<Mission>(reader.db(), &place).await?;
        let zone = found.ok_or_else(|| resource::not_found(&mission.name()))?.content.zone;
        let revisions = strength::revisions(reader.db(), mission, as_of).await?;
        Ok(Recorded { zone, revisions, now })
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
