use muster_service::{Committed, Context, Work, standard, standard::Record};
use muster_values::{Place, Stored};

use super::{App, Error, known_area};
use crate::domain::incident::{Incident, Outcome};

impl Record for Incident {
    type Error = Error;

    /// Refuses an incident of an unknown area. One that is updated stays as verified as it was, as
    /// long as what was looked into is the same.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        if let Some(before) = before {
            stored.keep_verification_of(before);
        }
        known_area(work.db(), &stored.mission, &stored.area, "incident.area_code").await
    }
}

impl App {
    pub async fn verify_incident(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        outcome: Outcome,
        note: String,
    ) -> Result<Committed<Stored<Incident>>, Error> {
        let verify = |work: &Work, incident: &mut Stored<Incident>| {
            incident.verify(outcome, note, work.now());
            Ok(())
        };
        standard::change(self, context, &place, etag, verify).await
    }
}
