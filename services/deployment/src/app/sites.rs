use muster_service::{Work, standard, standard::Owner, standard::Record};
use muster_values::Stored;

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
        standard::lock_outer::<Site, _>(work, stored).await?;
        Ok(Owner::Mission)
    }

    /// The site says who holds it.
    async fn follow(
        work: &mut Work,
        stored: &Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        let mut site = standard::lock_outer::<Site, _>(work, stored).await?;
        let latest = sites::latest(work.db(), &site.place()).await?.map(|latest| latest.content);
        if site.status == latest {
            return Ok(());
        }
        site.status = latest;
        Ok(standard::revise_with_answer(work, &mut site).await?)
    }
}
