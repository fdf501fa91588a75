use muster_service::{Work, standard::Record};
use muster_values::Stored;

use super::Error;
use crate::domain::mission::Mission;

impl Record for Mission {
    type Error = Error;

    async fn prepare(
        _work: &mut Work,
        _stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        Ok(())
    }
}
