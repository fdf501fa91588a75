use muster_service::{Work, standard, standard::Owner, standard::Record};
use muster_values::Stored;

use super::Error;
use crate::domain::{contingent::Contingent, readiness::ReadinessCheck};

impl Record for ReadinessCheck {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        // Held, so that no step is decided between this check and its commit.
        let contingent = standard::lock_outer::<Contingent, _>(work, stored).await?;
        Ok(Owner::Partner(contingent.content.partner))
    }
}
