use muster_service::{Work, resource, standard::Owner, standard::Record, table};
use muster_values::{Collected, Place, Stored};

use super::Error;
use crate::domain::{contingent::Contingent, readiness::ReadinessCheck};

impl Record for ReadinessCheck {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        let contingent = stored.outer.clone().unwrap_or_else(|| stored.id.clone());
        let place = Place::new(stored.mission.clone(), contingent);
        // Held, so that no step is decided between this check and its commit.
        let contingent = table::lock::<Contingent>(work.db(), &place).await?;
        let contingent =
            contingent.ok_or_else(|| resource::not_found(&place.name(Contingent::COLLECTION)))?;
        Ok(Owner::Partner(contingent.content.partner))
    }

    async fn prepare(
        _work: &mut Work,
        _stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        Ok(())
    }
}
