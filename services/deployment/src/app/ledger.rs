//! Entries in the ledger of people.

use std::collections::BTreeMap;

use muster_service::{Work, resource, standard, table};
use muster_values::{Id, MissionId, Place, Stored};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Error;
use crate::{
    domain::{
        contingent::{Contingent, Transfer},
        headcount::{self as people, Account, Entry, Ledger, TooLarge},
    },
    store::{headcount, missions},
};

/// Entries that one thing causes in the ledger of one contingent. Who posts or moves entries holds
/// the contingent.
pub(super) struct LedgerPosting {
    mission: MissionId,
    contingent: Id,
    cause: String,
    effective_at: OffsetDateTime,
    note: String,
}

impl LedgerPosting {
    pub fn of(
        contingent: &Stored<Contingent>,
        cause: String,
        effective_at: OffsetDateTime,
        note: &str,
    ) -> Self {
        Self {
            mission: contingent.mission.clone(),
            contingent: contingent.id.clone(),
            cause,
            effective_at,
            note: note.to_owned(),
        }
    }

    /// Adds the entries to the ledger, or none of them where one would leave an account below
    /// zero: the transaction ends with the error.
    pub async fn post(
        &self,
        work: &mut Work,
        ledger: &mut Ledger,
        transfers: &[Transfer],
    ) -> Result<(), Error> {
        if transfers.is_empty() {
            return Ok(());
        }
        for transfer in transfers {
            self.add(work, ledger, *transfer).await?;
        }
        self.add_to_balances(work, transfers).await
    }

    /// The same for one entry; answers its id.
    pub async fn post_one(
        &self,
        work: &mut Work,
        ledger: &mut Ledger,
        transfer: Transfer,
    ) -> Result<Id, Error> {
        let id = self.add(work, ledger, transfer).await?;
        self.add_to_balances(work, &[transfer]).await?;
        Ok(id)
    }

    /// Adds the transfers to the balances, of which a check in the database lets none be below
    /// zero: a second guard, that only a mistake in the first one could meet.
    async fn add_to_balances(&self, work: &mut Work, transfers: &[Transfer]) -> Result<(), Error> {
        let changes = net(transfers);
        headcount::change_balances(work.db(), &self.mission, &self.contingent, &changes).await?;
        Ok(())
    }

    async fn add(
        &self,
        work: &mut Work,
        ledger: &mut Ledger,
        transfer: Transfer,
    ) -> Result<Id, Error> {
        let entry = self.entry(transfer, work.actor())?;
        ledger.post(&entry)?;
        let id = Id::trusted(Uuid::now_v7().to_string());
        let place =
            Place { outer: Some(self.contingent.clone()), mission: self.mission.clone(), id };
        Ok(standard::add(work, place, entry).await?.id)
    }

    fn entry(&self, transfer: Transfer, actor: String) -> Result<Entry, TooLarge> {
        let Transfer { from, to, headcount: people } = transfer;
        Ok(Entry {
            from,
            to,
            headcount: i32::try_from(people).map_err(|_| TooLarge { people })?,
            effective_at: self.effective_at,
            cause: self.cause.clone(),
            note: self.note.clone(),
            actor,
        })
    }
}

/// By how many people transfers change each account; those outside are not counted.
fn net(transfers: &[Transfer]) -> Vec<(Account, i64)> {
    let mut changes = BTreeMap::<Account, i64>::new();
    for transfer in transfers {
        for (account, people) in
            [(transfer.from, -transfer.headcount), (transfer.to, transfer.headcount)]
        {
            let change = changes.entry(account).or_default();
            *change = change.saturating_add(people);
        }
    }
    changes.into_iter().filter(|(account, _)| *account != Account::Outside).collect()
}

/// Moves entries of a contingent's ledger to another moment, for what caused them happened then;
/// refuses a ledger that would have an account below zero. Those of a step name it as their cause,
/// that of a departure names the movement, and an arrival keeps the id of its own.
pub(super) async fn move_entries(
    work: &mut Work,
    contingent: &Place,
    effective_at: OffsetDateTime,
    belongs: impl Fn(&Stored<Entry>) -> bool,
) -> Result<(), Error> {
    let mut entries = table::within::<Entry>(work.db(), contingent).await?;
    for entry in entries.iter_mut().filter(|entry| belongs(entry)) {
        entry.effective_at = effective_at;
        standard::revise(work, entry).await?;
        work.changed_with_the_answer(entry);
    }
    Ledger::new(entries).check().map_err(people::Refused::from)?;
    Ok(())
}

/// How many more or fewer were present in the whole mission from a moment on, oldest first. The
/// mission's row is locked before they are read, so that two arrivals are not counted against the
/// ceiling at once. Rows are locked in this order: arrival, movement, contingent, mission, pledge.
pub(super) async fn lock_presence(work: &mut Work) -> Result<Vec<(OffsetDateTime, i64)>, Error> {
    let mission = work.mission().clone();
    if !missions::hold(work.db(), &mission).await? {
        return Err(resource::not_found(&mission.name()).into());
    }
    Ok(headcount::presence(work.db(), &mission).await?)
}

/// The people of one movement going from one account to another.
pub(super) fn travel(from: Account, to: Account, headcount: i32) -> Transfer {
    Transfer { from, to, headcount: headcount.into() }
}
