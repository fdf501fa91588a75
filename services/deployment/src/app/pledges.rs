use muster_service::{
    Committed, Context, FieldViolation, Refusal, Work, field::refuse, standard, standard::Owner,
    standard::Record,
};
use muster_values::{Place, Source, Stored};
use time::Date;

use super::{App, Error, partners::partner_exists};
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
        refuse_other_verbs(stored, before)?;
        match before {
            Some(before) => stored.content.follow(before).map_err(Refused::from)?,
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
        let mut work = self.begin(context, &place.mission).await?;
        let mut pledge = standard::lock::<Pledge>(&mut work, &place, etag).await?;
        change(&mut pledge)?;
        standard::revise(&mut work, &mut pledge).await?;
        Ok(work.commit(pledge).await?)
    }
}

/// Refuses to confirm or withdraw a pledge by other methods than those for it, or to undo that.
fn refuse_other_verbs(told: &Pledge, before: Option<&Pledge>) -> Result<(), Refusal> {
    let before = before.map_or((false, false), became);
    let told = became(told);
    for (field, verb, differs) in [
        ("pledge.confirm_date", "ConfirmPledge", told.0 != before.0),
        ("pledge.withdraw_date", "WithdrawPledge", told.1 != before.1),
    ] {
        if differs {
            let rule = format!("is set by {verb} alone, and for good");
            return Err(refuse(&[FieldViolation::new(rule).under(field)]));
        }
    }
    Ok(())
}

/// Whether a pledge was confirmed, and whether it was withdrawn.
fn became(pledge: &Pledge) -> (bool, bool) {
    (pledge.confirmed_on.is_some(), matches!(pledge.state, State::Withdrawn { .. }))
}
