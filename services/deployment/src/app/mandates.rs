use muster_service::{Work, resource, standard::Record, table};
use muster_values::{Collected, Place, Stored};

use super::{Error, areas::areas_exist};
use crate::domain::mandate::Mandate;

impl Record for Mandate {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        if let Some(id) = &stored.predecessor {
            let place = Place::new(stored.mission.clone(), id.clone());
            if *id == stored.id || table::get::<Self>(work.db(), &place).await?.is_none() {
                let name = place.name(Self::COLLECTION);
                return Err(resource::unknown_reference("mandate.predecessor", &name).into());
            }
        }
        let codes = stored.areas.iter().enumerate();
        let codes =
            codes.map(|(index, code)| (format!("mandate.area_codes[{index}]"), code.as_str()));
        areas_exist(work, codes).await
    }
}
