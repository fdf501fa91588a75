//! Entries in the ledger of people.

use std::collections::BTreeMap;

use muster_service::{Work, resource, standard, table, table::Batch};
use muster_values::{Id, MissionId, Place, Stored};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Error;
use crate::{
    domain::{
        contingent::{AccountChange, Contingent},
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

    /// Adds the first entry of a contingent, which opens its ledger.
    pub fn open(
        &self,
        work: &mut Work,
        batch: &mut Batch,
        named: AccountChange,
    ) -> Result<(), Error> {
        self.add(work, batch, &mut Ledger::default(), named)?;
        headcount::open_balances(batch, &self.mission, &self.contingent, named)?;
        Ok(())
    }

    /// Adds entries to a ledger; refuses one that would leave an account below zero. Answers their
    /// ids.
    ///
    /// The balances change with them. A check in the database lets none be below zero: a second
    /// guard, that only a mistake in the first one could meet.
    pub fn post(
        &self,
        work: &mut Work,
        batch: &mut Batch,
        ledger: &mut Ledger,
        transfers: &[AccountChange],
    ) -> Result<Vec<Id>, Error> {
        let add = |transfer: &AccountChange| self.add(work, batch, ledger, *transfer);
        let entries = transfers.iter().map(add).collect::<Result<_, _>>()?;
        headcount::change_balances(batch, &self.mission, &self.contingent, &net(transfers))?;
        Ok(entries)
    }

    fn add(
        &self,
        work: &mut Work,
        batch: &mut Batch,
        ledger: &mut Ledger,
        transfer: AccountChange,
    ) -> Result<Id, Error> {
        let entry = self.entry(transfer, work.actor())?;
        ledger.post(&entry)?;
        let id = Id::trusted(Uuid::now_v7().to_string());
        let place =
            Place { outer: Some(self.contingent.clone()), mission: self.mission.clone(), id };
        Ok(standard::add(work, batch, place, entry)?.id)
    }

    fn entry(&self, transfer: AccountChange, actor: String) -> Result<Entry, TooLarge> {
        let AccountChange { from, to, headcount: people } = transfer;
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
fn net(transfers: &[AccountChange]) -> Vec<(Account, i64)> {
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
    let mut batch = Batch::default();
    for entry in entries.iter_mut().filter(|entry| belongs(entry)) {
        entry.effective_at = effective_at;
        standard::revise_in(work, &mut batch, entry)?;
        work.changed_with_the_answer(entry);
    }
    standard::write(work, batch).await?;
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
pub(super) fn travel(from: Account, to: Account, headcount: i32) -> AccountChange {
    AccountChange { from, to, headcount: headcount.into() }
}
