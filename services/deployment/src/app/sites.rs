use muster_service::{Work, resource, standard, standard::Owner, standard::Record, table};
use muster_values::{Collected, Place, Stored};

use super::{Error, areas::known_area};
use crate::{
    domain::site::{Site, SiteStatus},
    store::sites,
};

impl Record for Site {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        known_area(work, &stored.area, "site.area_code").await?;
        if let Some(before) = before {
            stored.status.clone_from(&before.status);
        }
        Ok(())
    }
}

impl Record for SiteStatus {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        whole(work, stored).await?;
        Ok(Owner::Mission)
    }

    async fn prepare(
        _work: &mut Work,
        _stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// The site says who holds it.
    async fn follow(work: &mut Work, stored: &Stored<Self>) -> Result<(), Error> {
        let mut site = whole(work, stored).await?;
        let latest = sites::latest(work.db(), &site.place()).await?.map(|latest| latest.content);
        if site.status == latest {
            return Ok(());
        }
        site.status = latest;
        let now = work.now();
        site.next_revision(now);
        standard::store(work, &site).await?;
        work.changed_with_the_answer(&site);
        Ok(())
    }
}

/// The site that a status is of, held until the transaction ends.
async fn whole(work: &mut Work, status: &Stored<SiteStatus>) -> Result<Stored<Site>, Error> {
    let id = status.outer.clone().unwrap_or_else(|| status.id.clone());
    let place = Place::new(status.mission.clone(), id);
    let found = table::lock::<Site>(work.db(), &place).await?;
    Ok(found.ok_or_else(|| resource::not_found(&place.name(Site::COLLECTION)))?)
}
