use muster_service::{Work, standard::Record};
use muster_values::Stored;

use super::{Error, known_area};
use crate::domain::timeline::Event;

impl Record for Event {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        let Some(area) = &stored.area else { return Ok(()) };
        known_area(work.db(), &stored.mission, area, "timeline_event.area_code").await
    }
}
