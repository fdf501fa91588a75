use muster_service::{Committed, Context, Resource, Work, call::Scope, resource};
use muster_values::{Id, MissionId, Source};
use time::OffsetDateTime;

use super::{App, Error, existing_mission, headcount::Posting, not_in_the_future};
use crate::{
    domain::{
        contingent::{Contingent, Shift, State, Step},
        headcount::{Account, Ledger},
        mission::Stage,
        pledge::Category,
    },
    store::{checks, contingents, headcount, partners, pledges},
};

/// What a caller says of a contingent that is to be sent.
pub struct NewContingent {
    pub mission: MissionId,
    pub id: Id,
    pub display_name: String,
    pub partner: Id,
    pub pledge: Option<Id>,
    pub ordinal: i32,
    pub category: Category,
    pub headcount: i32,
    pub pledged_at: Option<OffsetDateTime>,
    pub sources: Vec<Source>,
}

/// A step that a caller asks for.
pub enum Asked {
    Advance(Stage),
    Hold,
    Resume,
    Withdraw,
    Cancel,
}

/// Which contingent a change is for, and what its caller knows and says.
pub struct Change {
    pub mission: MissionId,
    pub id: Id,
    pub etag: String,
    pub effective_at: OffsetDateTime,
    pub note: String,
}

impl App {
    pub async fn create_contingent(
        &self,
        context: &Context,
        new: NewContingent,
    ) -> Result<Committed<Contingent>, Error> {
        let (mut work, scope) = self.begin(context, &new.mission).await?;
        scope.covers(new.partner.as_str())?;
        existing_mission(&mut work).await?;
        references_exist(&mut work, &new).await?;
        let now = work.now();
        let pledged_at = new.pledged_at.unwrap_or(now);
        not_in_the_future("contingent.pledge_time", pledged_at, now)?;
        let contingent = Contingent {
            mission: new.mission,
            id: new.id,
            display_name: new.display_name,
            partner: new.partner,
            pledge: new.pledge,
            ordinal: new.ordinal,
            category: new.category,
            headcount: new.headcount,
            state: State::At(Stage::Pledged),
            pledged_at,
            transitions: Vec::new(),
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !contingents::insert(work.db(), &contingent).await? {
            return Err(resource::already_exists(&contingent.resource_name()).into());
        }
        let people = contingent.headcount.into();
        let named = Shift { from: Account::Outside, to: Account::Pledged, headcount: people };
        let posting = Posting::of(&contingent, contingent.resource_name(), pledged_at, "");
        posting.post(&mut work, &mut Ledger::default(), &[named]).await?;
        Ok(work.commit(contingent).await?)
    }

    /// Takes one step of a contingent, with the people who change accounts by it.
    pub async fn step_contingent(
        &self,
        context: &Context,
        change: Change,
        asked: Asked,
    ) -> Result<Committed<Contingent>, Error> {
        let (mut work, scope) = self.begin(context, &change.mission).await?;
        let mission = existing_mission(&mut work).await?;
        let mut contingent = locked(&mut work, &scope, &change.id, &change.etag).await?;
        not_in_the_future("effective_time", change.effective_at, work.now())?;
        let entries = headcount::of_contingent(work.db(), &change.mission, &change.id).await?;
        let mut ledger = Ledger::new(entries);
        let step = Step {
            effective_at: change.effective_at,
            recorded_at: work.now(),
            actor: work.actor(),
            note: change.note.clone(),
        };
        let shifts = match asked {
            Asked::Advance(to) => {
                let checks = checks::all(work.db(), &change.mission, &change.id).await?;
                contingent.advance(to, &mission, &checks, &ledger, step)?
            }
            Asked::Hold => contingent.hold(step).map(|()| Vec::new())?,
            Asked::Resume => contingent.resume(step).map(|()| Vec::new())?,
            Asked::Withdraw => contingent.end(State::Withdrawn, &ledger, step)?,
            Asked::Cancel => contingent.end(State::Cancelled, &ledger, step)?,
        };
        let cause = contingent.resource_name();
        let posting = Posting::of(&contingent, cause, change.effective_at, &change.note);
        posting.post(&mut work, &mut ledger, &shifts).await?;
        contingents::update(work.db(), &contingent).await?;
        Ok(work.commit(contingent).await?)
    }
}

/// A contingent that is held until the transaction ends, at the revision its caller decided on.
pub(super) async fn locked(
    work: &mut Work,
    scope: &Scope,
    id: &Id,
    etag: &str,
) -> Result<Contingent, Error> {
    let mission = work.mission().clone();
    let name = mission.child("contingents", id);
    let contingent = contingents::lock(work.db(), &mission, id).await?;
    let contingent = contingent.ok_or_else(|| resource::not_found(&name))?;
    scope.covers(contingent.partner.as_str())?;
    resource::check_etag(etag, &name, contingent.revision)?;
    Ok(contingent)
}

async fn references_exist(work: &mut Work, new: &NewContingent) -> Result<(), Error> {
    if partners::get(work.db(), &new.mission, &new.partner).await?.is_none() {
        let name = new.mission.child("partners", &new.partner);
        return Err(resource::unknown_reference("contingent.partner", &name).into());
    }
    if let Some(id) = &new.pledge {
        let pledge = pledges::get(work.db(), &new.mission, id).await?;
        // Another partner's pledge is none of this contingent's.
        if pledge.is_none_or(|pledge| pledge.partner != new.partner) {
            let name = new.mission.child("pledges", id);
            return Err(resource::unknown_reference("contingent.pledge", &name).into());
        }
    }
    let (mission, ordinal) = (&new.mission, new.ordinal);
    if let Some(other) =
        contingents::with_ordinal(work.db(), mission, &new.partner, ordinal).await?
        && other != new.id
    {
        return Err(resource::already_exists(&mission.child("contingents", &other)).into());
    }
    Ok(())
}
