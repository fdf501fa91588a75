use muster_service::{Work, resource, standard::Record, table};
use muster_values::{Collected, Id, Place};

use super::Error;
use crate::domain::partner::Partner;

impl Record for Partner {
    type Error = Error;
}

/// Refuses a partner that the request names in a field and that does not exist.
pub(super) async fn partner_exists(work: &mut Work, id: &Id, field: &str) -> Result<(), Error> {
    let place = Place::new(work.mission().clone(), id.clone());
    match table::get::<Partner>(work.db(), &place).await? {
        Some(_) => Ok(()),
        None => Err(resource::unknown_reference(field, &place.name(Partner::COLLECTION)).into()),
    }
}
