use muster_service::{Committed, Context, Work, standard, table, table::Batch};
use muster_values::Stored;

use super::{
    App, Error,
    ledger::{LedgerPosting, lock_presence},
};
use crate::domain::{
    contingent::{AccountChange, Contingent, ContingentChange},
    headcount::{Entry, Ledger, within_ceiling},
    mandate,
};

impl App {
    pub async fn correct_headcount(
        &self,
        context: &Context,
        change: ContingentChange,
        transfer: AccountChange,
    ) -> Result<Committed<Stored<Contingent>>, Error> {
        let mut work = self.begin(context, &change.place.mission).await?;
        correct_in(&mut work, &change, transfer).await?;
        Ok(work.commit_answered().await?)
    }
}

async fn correct_in(
    work: &mut Work,
    change: &ContingentChange,
    transfer: AccountChange,
) -> Result<(), Error> {
    let place = &change.place;
    let mut contingent = standard::lock::<Contingent>(work, place, &change.etag).await?;
    contingent.may_correct()?;
    if transfer.to.is_present() && !transfer.from.is_present() {
        let changes = lock_presence(work).await?;
        let mandates = table::all(work.db(), &place.mission).await?;
        mandate::in_force(&mandates, change.effective_at)
            .ok_or_else(|| mandate::none_in_force(change.effective_at))?;
        within_ceiling(&mandates, &changes, change.effective_at, transfer.headcount)?;
    }
    let entries = table::within::<Entry>(work.db(), place).await?;
    let cause = contingent.name();
    let mut batch = Batch::default();
    LedgerPosting::of(&contingent, cause, change.effective_at, &change.note).post(
        work,
        &mut batch,
        &mut Ledger::new(entries),
        &[transfer],
    )?;
    Ok(standard::revise_as_answer(work, batch, &mut contingent).await?)
}
