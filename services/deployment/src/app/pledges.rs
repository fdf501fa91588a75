use muster_service::{Committed, Context, Work, standard, standard::Owner, standard::Record};
use muster_values::{Place, Source, Stored};
use time::Date;

use super::{App, Error, partners::partner_exists, set_for_good};
use crate::domain::pledge::{Pledge, Refused, State};

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
        let confirmed = |pledge: &Self| pledge.confirmed_on.is_some();
        let is_confirmed = (confirmed(stored), before.is_some_and(confirmed));
        set_for_good("pledge.confirm_date", "ConfirmPledge", is_confirmed)?;
        let withdrawn = |pledge: &Self| matches!(pledge.state, State::Withdrawn { .. });
        let is_withdrawn = (withdrawn(stored), before.is_some_and(withdrawn));
        set_for_good("pledge.withdraw_date", "WithdrawPledge", is_withdrawn)?;
        match before {
            Some(before) => stored.content.keep_progress_of(before).map_err(Refused::from)?,
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
        self.change_pledge(context, place, etag, |pledge| pledge.confirm(on, sources)).await
    }

    pub async fn withdraw_pledge(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        on: Date,
        reason: String,
    ) -> Result<Committed<Stored<Pledge>>, Error> {
        self.change_pledge(context, place, etag, |pledge| pledge.withdraw(on, reason)).await
    }

    async fn change_pledge(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
        change: impl FnOnce(&mut Pledge) -> Result<(), Refused> + Send,
    ) -> Result<Committed<Stored<Pledge>>, Error> {
        let change = |_: &Work, pledge: &mut Stored<Pledge>| Ok(change(pledge)?);
        standard::change(self, context, &place, etag, change).await
    }
}
