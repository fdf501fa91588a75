use muster_service::{
    Committed, Context, Work, resource, standard, standard::Owner, standard::Record, table,
    table::Batch,
};
use muster_values::{Collected, Id, Place, Stored};
use time::OffsetDateTime;

use super::{
    App, Error,
    ledger::{LedgerPosting, move_entries},
    partners::partner_exists,
    set_for_good,
};
use crate::{
    domain::{
        contingent::{
            AccountChange, Contingent, ContingentChange, ContingentStep, State, Step, StepRequest,
        },
        headcount::{Account, Entry, Ledger},
        pledge::Pledge,
    },
    store::{checks, contingents},
};

impl Record for Contingent {
    type Error = Error;

    async fn owner(_work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        Ok(Owner::Partner(stored.partner.clone()))
    }

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        references_exist(work, stored).await?;
        if let Some(before) = before {
            stored.state = before.state;
            stored.steps = before.steps;
            stored.last_step_at = before.last_step_at;
            let is_named = (stored.pledged_at.is_some(), before.pledged_at.is_some());
            set_for_good("contingent.pledge_time", "CreateContingent", is_named)?;
            if stored.pledged_at != before.pledged_at {
                let steps = table::within::<ContingentStep>(work.db(), &stored.place()).await?;
                stored.named_before(steps.first().map(|step| step.effective_at))?;
            }
            return Ok(());
        }
        let now = work.now();
        stored.pledged_at.get_or_insert(now);
        Ok(())
    }

    /// Its people stand in the ledger from the beginning, and that is when it was named.
    async fn follow(
        work: &mut Work,
        stored: &Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let pledged_at = stored.pledged_at.unwrap_or(stored.created_at);
        if let Some(before) = before {
            if before.pledged_at == stored.pledged_at {
                return Ok(());
            }
            // Corrections name the contingent as their cause too, but came later.
            let name = stored.name();
            let opens = |entry: &Stored<Entry>| {
                entry.cause == name && entry.created_at == stored.created_at
            };
            return move_entries(work, &stored.place(), pledged_at, opens).await;
        }
        let headcount = stored.headcount.into();
        let named = AccountChange { from: Account::Outside, to: Account::Pledged, headcount };
        let posting = LedgerPosting::of(stored, stored.name(), pledged_at, "");
        let mut batch = Batch::default();
        posting.open(work, &mut batch, named)?;
        Ok(standard::write(work, batch).await?)
    }
}

impl App {
    /// Takes one step of a contingent, with the people who change accounts by it.
    pub async fn step_contingent(
        &self,
        context: &Context,
        change: ContingentChange,
        asked: StepRequest,
    ) -> Result<Committed<Stored<Contingent>>, Error> {
        let mut work = self.begin(context, &change.place.mission).await?;
        step_in(&mut work, &change, asked).await?;
        Ok(work.commit_answered().await?)
    }
}

async fn step_in(
    work: &mut Work,
    change: &ContingentChange,
    asked: StepRequest,
) -> Result<(), Error> {
    let place = &change.place;
    let mut contingent = standard::lock::<Contingent>(work, place, &change.etag).await?;
    let mut ledger = Ledger::default();
    if asked.moves_people() {
        ledger = Ledger::new(table::within::<Entry>(work.db(), place).await?);
    }
    let step = Step { effective_at: change.effective_at, note: change.note.clone() };
    let (step, transfers) = match asked {
        StepRequest::Advance(to) => {
            let readiness = checks::readiness(work.db(), place).await?;
            contingent.advance(to, &readiness, &ledger, step)?
        }
        StepRequest::Hold => (contingent.hold(step)?, Vec::new()),
        StepRequest::Resume => (contingent.resume(step)?, Vec::new()),
        StepRequest::Withdraw => contingent.end(State::Withdrawn, &ledger, step)?,
        StepRequest::Cancel => contingent.end(State::Cancelled, &ledger, step)?,
    };
    let mut batch = Batch::default();
    let cause = add_step(work, &mut batch, &contingent, step)?;
    let posting = LedgerPosting::of(&contingent, cause, change.effective_at, &change.note);
    posting.post(work, &mut batch, &mut ledger, &transfers)?;
    Ok(standard::revise_as_answer(work, batch, &mut contingent).await?)
}

/// Records the step that a contingent has just taken; answers its name.
pub(super) fn add_step(
    work: &mut Work,
    batch: &mut Batch,
    contingent: &Stored<Contingent>,
    step: ContingentStep,
) -> Result<String, Error> {
    let place = Place {
        mission: contingent.mission.clone(),
        outer: Some(contingent.id.clone()),
        id: step_id(contingent.steps),
    };
    Ok(standard::add(work, batch, place, step)?.name())
}

impl Record for ContingentStep {
    type Error = Error;

    async fn owner(work: &mut Work, stored: &Stored<Self>) -> Result<Owner, Error> {
        let contingent = standard::lock_outer::<Contingent, _>(work, stored).await?;
        Ok(Owner::Partner(contingent.content.partner))
    }

    /// The step lies between those around it, where the checks that it needs were passed.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        if before.is_none_or(|before| before.effective_at == stored.effective_at) {
            return Ok(());
        }
        let contingent = standard::lock_outer::<Contingent, _>(work, stored).await?;
        let steps = table::within::<Self>(work.db(), &contingent.place()).await?;
        let at = steps.iter().position(|step| step.id == stored.id).unwrap_or_default();
        let (before, after) = around(&contingent, &steps, at);
        Self::may_lie(stored.effective_at, before, after)?;
        let readiness = checks::readiness(work.db(), &contingent.place()).await?;
        Ok(stored.was_ready(&readiness)?)
    }

    /// Those who changed accounts by the step did so when it was taken.
    async fn follow(
        work: &mut Work,
        stored: &Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        if before.is_none_or(|before| before.effective_at == stored.effective_at) {
            return Ok(());
        }
        let mut contingent = standard::lock_outer::<Contingent, _>(work, stored).await?;
        let cause = stored.name();
        let of = contingent.place();
        move_entries(work, &of, stored.effective_at, |entry| entry.cause == cause).await?;
        keep_last_step(work, &mut contingent, stored).await
    }
}

/// Moves a step that a movement caused to the moment at which that happened, as far as the steps
/// around it allow.
pub(super) async fn move_step(
    work: &mut Work,
    of: &Place,
    caused: impl Fn(&ContingentStep) -> bool,
    happened_at: OffsetDateTime,
) -> Result<(), Error> {
    let mut steps = table::within::<ContingentStep>(work.db(), of).await?;
    let Some(at) = steps.iter().position(|step| caused(step)) else { return Ok(()) };
    let found = table::lock::<Contingent>(work.db(), of).await?;
    let name = of.name(Contingent::COLLECTION);
    let mut contingent = found.ok_or_else(|| resource::not_found(&name))?;
    let (before, after) = around(&contingent, &steps, at);
    let step = &mut steps[at];
    step.follow_cause(happened_at, before, after);
    standard::revise_with_answer(work, step).await?;
    keep_last_step(work, &mut contingent, step).await
}

/// When the steps around one were taken, or the contingent was named before its first.
fn around(
    contingent: &Contingent,
    steps: &[Stored<ContingentStep>],
    at: usize,
) -> (Option<OffsetDateTime>, Option<OffsetDateTime>) {
    let before = match at.checked_sub(1) {
        Some(last) => Some(steps[last].effective_at),
        None => contingent.pledged_at,
    };
    (before, steps.get(at + 1).map(|step| step.effective_at))
}

/// A contingent keeps when it took its last step.
async fn keep_last_step(
    work: &mut Work,
    contingent: &mut Stored<Contingent>,
    step: &Stored<ContingentStep>,
) -> Result<(), Error> {
    if step.id == step_id(contingent.steps) {
        contingent.last_step_at = Some(step.effective_at);
        standard::revise_with_answer(work, contingent).await?;
    }
    Ok(())
}

/// The id of a contingent's step by its number; ids sort as the steps were taken.
fn step_id(number: i32) -> Id {
    Id::trusted(format!("{number:06}"))
}

async fn references_exist(work: &mut Work, stored: &Stored<Contingent>) -> Result<(), Error> {
    partner_exists(work, &stored.partner, "contingent.partner").await?;
    let mission = &stored.mission;
    if let Some(id) = &stored.pledge {
        let place = Place::new(mission.clone(), id.clone());
        let pledge = table::get::<Pledge>(work.db(), &place).await?;
        // Another partner's pledge is none of this contingent's.
        if pledge.is_none_or(|pledge| pledge.partner != stored.partner) {
            let name = place.name(Pledge::COLLECTION);
            return Err(resource::unknown_reference("contingent.pledge", &name).into());
        }
    }
    let of = (&stored.partner, stored.ordinal);
    if let Some(other) = contingents::with_ordinal(work.db(), mission, of.0, of.1).await?
        && other != stored.id
    {
        return Err(resource::already_exists(&mission.child("contingents", &other)).into());
    }
    Ok(())
}
