use muster_service::{Committed, Context, Work, standard, standard::Owner, standard::Record};
use muster_values::{Place, Source, Stored};
use time::Date;

use super::{App, Error, partners::partner_exists};
use crate::domain::pledge::{Pledge, Refused};

impl Record for Pledge {
    type Error = Error;

    async fn owner(_work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        Ok(Owner::Partner(stored.partner.clone()))
    }

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        match before {
            Some(before) => stored.content.follow(before),
            None => partner_exists(work, &stored.partner, "pledge.partner").await?,
        }
        Ok(())
    }
}

impl App {
    pub async fn confirm_pledge(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        on: Date,
        sources: Vec<Source>,
    ) -> Result<Committed<Stored<Pledge>>, Error> {
        self.change_pledge(context, place, etag, |pledge, now| pledge.confirm(on, sources, now))
            .await
    }

    pub async fn withdraw_pledge(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        on: Date,
        reason: String,
    ) -> Result<Committed<Stored<Pledge>>, Error> {
        self.change_pledge(context, place, etag, |pledge, now| pledge.withdraw(on, reason, now))
            .await
    }

    async fn change_pledge(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        change: impl FnOnce(&mut Pledge, time::OffsetDateTime) -> Result<(), Refused> + Send,
    ) -> Result<Committed<Stored<Pledge>>, Error> {
        let mut work = self.begin(context, &place.mission).await?;
        let mut pledge = standard::lock::<Pledge>(&mut work, &place, etag).await?;
        change(&mut pledge, work.now())?;
        standard::revise(&mut work, &mut pledge).await?;
        Ok(work.commit(pledge).await?)
    }
}
