use muster_service::{Committed, Context, Resource, Work, resource};
use muster_values::{Id, MissionId};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{App, Change, Error, contingents::locked, not_in_the_future};
use crate::{
    domain::{
        contingent::{Contingent, Shift},
        headcount::{Account, Entry, Ledger, TooLarge, within_ceiling},
        mandate,
    },
    store::{contingents, headcount, mandates, missions},
};

/// Entries that one thing causes in the ledger of one contingent.
pub(super) struct Posting {
    mission: MissionId,
    contingent: Id,
    cause: String,
    effective_at: OffsetDateTime,
    note: String,
}

impl App {
    pub async fn correct_headcount(
        &self,
        context: &Context,
        change: Change,
        shift: Shift,
    ) -> Result<Committed<Contingent>, Error> {
        let (mut work, scope) = self.begin(context, &change.mission).await?;
        lock_mission(&mut work).await?;
        let mut contingent = locked(&mut work, &scope, &change.id, &change.etag).await?;
        contingent.may_correct()?;
        not_in_the_future("effective_time", change.effective_at, work.now())?;
        if shift.to.is_present() && !shift.from.is_present() {
            let mandates = mandates::all(work.db(), &change.mission).await?;
            mandate::in_force(&mandates, change.effective_at)
                .ok_or_else(|| mandate::none_in_force(change.effective_at))?;
            let changes = headcount::presence(work.db(), &change.mission).await?;
            within_ceiling(&mandates, &changes, change.effective_at, shift.headcount)?;
        }
        let entries = headcount::of_contingent(work.db(), &change.mission, &change.id).await?;
        let cause = contingent.resource_name();
        Posting::of(&contingent, cause, change.effective_at, &change.note)
            .post(&mut work, &mut Ledger::new(entries), &[shift])
            .await?;
        contingent.touch(work.now());
        contingents::update(work.db(), &contingent).await?;
        Ok(work.commit(contingent).await?)
    }
}

impl Posting {
    pub fn of(
        contingent: &Contingent,
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
    let found = missions::lock(work.db(), &mission).await?;
    found.map(|_| ()).ok_or_else(|| resource::not_found(&mission.name()).into())
}

/// The people of one movement going from one account to another.
pub(super) fn travel(from: Account, to: Account, headcount: i32) -> [Shift; 1] {
    [Shift { from, to, headcount: headcount.into() }]
}
