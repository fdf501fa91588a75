use muster_service::{Committed, Context, Work, standard, standard::Record};
use muster_values::{Place, Stored};

use super::{App, Error, areas::known_area};
use crate::domain::site::{Site, SiteStatus};

impl Record for Site {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        known_area(work, &stored.area, "site.area_code").await?;
        if let Some(before) = before {
            stored.history.clone_from(&before.history);
        }
        for status in &mut stored.content.history {
            status.recorded_at = work.now();
        }
        stored.order();
        Ok(())
    }
}

impl App {
    pub async fn record_site_status(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        status: SiteStatus,
    ) -> Result<Committed<Stored<Site>>, Error> {
        let (mut work, _) = self.begin(context, &place.mission).await?;
        let mut site = standard::lock::<Site>(&mut work, &place, etag).await?;
        let now = work.now();
        site.record(SiteStatus { recorded_at: now, ..status })?;
        site.next_revision(now);
        standard::store(&mut work, &site).await?;
        Ok(work.commit(site).await?)
    }
}
