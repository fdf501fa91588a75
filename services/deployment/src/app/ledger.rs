//! Entries in the ledger of people.

use muster_service::{Work, resource};
use muster_values::{Id, MissionId, Stored};
use time::OffsetDateTime;
use uuid::Uuid;

use super::Error;
use crate::{
    domain::{
        contingent::{Contingent, Shift},
        headcount::{Account, Entry, Ledger, TooLarge},
    },
    store::{headcount, missions},
};

/// Entries that one thing causes in the ledger of one contingent.
pub(super) struct Posting {
    mission: MissionId,
    contingent: Id,
    cause: String,
    effective_at: OffsetDateTime,
    note: String,
}

impl Posting {
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
        shifts: &[Shift],
    ) -> Result<(), Error> {
        for shift in shifts {
            let entry = self.entry(*shift, work.now(), work.actor())?;
            ledger.post(entry.clone())?;
            headcount::insert(work.db(), &entry).await?;
            work.changed(&entry);
        }
        Ok(())
    }

    fn entry(
        &self,
        shift: Shift,
        recorded_at: OffsetDateTime,
        actor: String,
    ) -> Result<Entry, TooLarge> {
        let Shift { from, to, headcount: people } = shift;
        Ok(Entry {
            mission: self.mission.clone(),
            contingent: self.contingent.clone(),
            id: Id::known(Uuid::now_v7().to_string()),
            from,
            to,
            headcount: i32::try_from(people).map_err(|_| TooLarge { people })?,
            effective_at: self.effective_at,
            recorded_at,
            cause: self.cause.clone(),
            note: self.note.clone(),
            actor,
        })
    }
}

/// Holds the mission, so that no two arrivals are counted against the ceiling at once.
pub(super) async fn lock_mission(work: &mut Work) -> Result<(), Error> {
    let mission = work.mission().clone();
    if missions::hold(work.db(), &mission).await? {
        return Ok(());
    }
    Err(resource::not_found(&mission.name()).into())
}

/// The people of one movement going from one account to another.
pub(super) fn travel(from: Account, to: Account, headcount: i32) -> [Shift; 1] {
    [Shift { from, to, headcount: headcount.into() }]
}
