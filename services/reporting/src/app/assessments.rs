use muster_service::{Work, standard::Record};
use muster_values::Stored;

use super::{Error, known_area};
use crate::domain::assessment::Assessment;

impl Record for Assessment {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        let field = "area_control_assessment.area_code";
        known_area(work.db(), &stored.mission, &stored.area, field).await
    }
}
