//! The standard methods that write, written once for every record: Create, Update by mask and
//! Delete. Each has an inner function on `Work`, which batches and other methods use.

use muster_proto::{CreateRequest, DeleteRequest, Identified, Recorded, UpdateRequest};
use muster_values::{Id, MissionId, Place, Stored, name};
use prost::{Message, Name};
use prost_types::FieldMask;
use time::OffsetDateTime;
use tonic::Response;

use super::mask::{self, Change};
use crate::{
    AtField, FieldViolation, Required,
    call::{Answer, Call, answer},
    context::{AsOf, Context},
    field::refuse,
    history::OWN,
    resource::{Content, Key, Resource, already_exists, check_etag, contended, not_found, place},
    status::{self, Reason, Refusal},
    table::{self, Batch, Table},
    work::{Committed, Failure, Work, WorkError},
};

/// A service whose records change.
pub trait Writes: Sync {
    type Error: From<WorkError> + From<Refusal> + Into<Failure>;

    /// Authorises a change in a mission, and begins it. A mission that is yet to be created need
    /// not exist.
    fn begin_write(
        &self,
        context: &Context,
        mission: &MissionId,
        exists: bool,
    ) -> impl Future<Output = Result<Work, Self::Error>> + Send;
}

/// Who may change a record, of those whose role allows the method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Those who speak for the whole mission.
    Mission,
    /// They, and those who speak for this partner.
    Partner(Id),
}

/// A content whose records are created, changed and deleted by the standard methods.
pub trait Record: Content + Table + Clone + Send + Sync + 'static {
    type Error: From<WorkError> + From<Refusal> + Into<Failure> + Send;

    /// Whose it is.
    fn owner(
        _work: &mut Work,
        _stored: &Stored<Self>,
    ) -> impl Future<Output = Result<Owner, Self::Error>> + Send {
        async { Ok(Owner::Mission) }
    }

    /// Completes a record with what callers do not give, and refuses what it must not become;
    /// `before` is what it replaces, or, of an earlier revision that is corrected, what callers gave
    /// of that one. Nothing else changes by it.
    fn prepare(
        _work: &mut Work,
        _stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async { Ok(()) }
    }

    /// Does what follows from what holds now: from a record that began, where there is no `before`,
    /// that changed, or that was deleted.
    fn follow(
        _work: &mut Work,
        _stored: &Stored<Self>,
        _before: Option<&Self>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async { Ok(()) }
    }
}

/// Creates a record.
pub async fn create<C, S, Q>(service: &S, call: Call<Q>) -> Answer<C::Message>
where
    C: Record,
    S: Writes<Error = C::Error>,
    Q: CreateRequest<Resource = C::Message>,
{
    let Call { message, context } = call;
    let is_mission = C::COLLECTION == "missions";
    let place = name::place_in(message.parent(), C::COLLECTION, Id::trusted(message.id()));
    let place = place.at("parent")?;
    let content = message.into_resource().required().at(Q::FIELD)?;
    let content = C::unpack(content, &place.mission).at(Q::FIELD)?;
    let done = async {
        let mut work = service.begin_write(&context, &place.mission, !is_mission).await?;
        let stored = Stored::new(place, content, work.now());
        let stored = create_in(&mut work, stored).await?;
        Ok::<_, C::Error>(work.commit(stored).await?)
    };
    answer(done.await)
}

/// Creates a record within a unit of work.
pub async fn create_in<C: Record>(
    work: &mut Work,
    mut stored: Stored<C>,
) -> Result<Stored<C>, C::Error> {
    may_change(work, &stored).await?;
    C::prepare(work, &mut stored, None).await?;
    let name = stored.name();
    let inserted = table::insert(work.db(), &Key::of(&name), &mut stored).await;
    if !inserted.map_err(Refusal::from)? {
        return Err(already_exists(&name).into());
    }
    C::follow(work, &stored, None).await?;
    Ok(stored)
}

/// Adds to a batch a part of another record, which the service makes by itself under a new id, and
/// tells the feed of it.
pub fn add<C: Content + Table>(
    work: &mut Work,
    batch: &mut Batch,
    place: Place,
    content: C,
) -> Result<Stored<C>, Refusal> {
    let stored = Stored::new(place, content, work.now());
    batch.insert(&stored)?;
    work.changed(&stored);
    Ok(stored)
}

/// Reads the record that another one is a part of, and holds it until the transaction ends.
pub async fn lock_outer<C: Content + Table, P>(
    work: &mut Work,
    part: &Stored<P>,
) -> Result<Stored<C>, Refusal> {
    let place = part.outer_place();
    let found = table::lock::<C>(work.db(), &place).await?;
    found.ok_or_else(|| not_found(&place.name(C::COLLECTION)))
}

/// Changes some fields of a record.
pub async fn update<C, S, Q>(service: &S, call: Call<Q>) -> Answer<C::Message>
where
    C: Record,
    S: Writes<Error = C::Error>,
    Q: UpdateRequest<Resource = C::Message>,
{
    let Call { message, context } = call;
    let (mask, sent) = (message.mask().cloned(), message.etag().to_owned());
    let resource = message.into_resource().required().at(Q::FIELD)?;
    let place = place::<C>(resource.name()).at(Q::FIELD)?;
    let done = async {
        let mut work = service.begin_write(&context, &place.mission, true).await?;
        let mut stored = lock::<C>(&mut work, &place, &sent).await?;
        let before = stored.clone();
        if let Some(earlier) = earlier_revision::<C>(&mut work, &before, &context).await? {
            let base = &earlier.message;
            let content = after_update::<C, Q>(&work, base, &resource, mask.as_ref())?;
            return correct_earlier::<C, Q>(work, before, earlier, content).await;
        }
        stored.content = after_update::<C, Q>(&work, &before.pack(), &resource, mask.as_ref())?;
        C::prepare(&mut work, &mut stored, Some(&before.content)).await?;
        revise(&mut work, &mut stored).await?;
        C::follow(&mut work, &stored, Some(&before.content)).await?;
        Ok::<_, C::Error>(work.commit(stored).await?)
    };
    answer(done.await)
}

/// Records that an earlier revision should have had another content. What holds now is told again
/// after it, so that its revision stays the last one.
async fn correct_earlier<C: Record, Q: UpdateRequest>(
    mut work: Work,
    mut present: Stored<C>,
    earlier: Earlier<C::Message>,
    content: C,
) -> Result<Committed<Stored<C>>, C::Error> {
    // A rule may be stricter now than when the revision was recorded.
    let was = C::unpack(earlier.message.clone(), &present.mission).at(Q::FIELD);
    let was = was.map_err(Refusal::from)?;
    let mut corrected = Stored { content, ..present.clone() };
    C::prepare(&mut work, &mut corrected, Some(&was)).await?;
    corrected.next_revision(work.now());
    let message = mask::with_output_of(&corrected.pack(), &earlier.message).at(Q::FIELD);
    let mut message = message.map_err(Refusal::from)?;
    C::settle_corrected(&mut message, &corrected.content, &was);
    present.revision = corrected.revision;
    revise(&mut work, &mut present).await?;
    work.answer(&Corrected { name: corrected.name(), revision: corrected.revision, message });
    work.changed_as_known_at(&present, earlier.present_known_at);
    Ok(work.commit_answered::<Stored<C>>().await?)
}

/// The content of a record after an update, whose changed fields keep to their rules.
fn after_update<C: Record, Q: UpdateRequest>(
    work: &Work,
    base: &C::Message,
    resource: &C::Message,
    mask: Option<&FieldMask>,
) -> Result<C, Refusal> {
    let change = Change::of(base, resource, mask).at("update_mask")?;
    let broken = change.violations(work.now());
    if !broken.is_empty() {
        let under = broken.into_iter().map(|violation| violation.under(Q::FIELD));
        return Err(refuse(&under.collect::<Vec<_>>()));
    }
    Ok(change.message().and_then(|message| C::unpack(message, work.mission())).at(Q::FIELD)?)
}

/// An earlier revision of a record as it should have been.
struct Corrected<M> {
    name: String,
    revision: i64,
    message: M,
}

impl<M: Message + Name + Default + Clone + Recorded + 'static> Resource for Corrected<M> {
    type Message = M;

    fn resource_name(&self) -> String {
        self.name.clone()
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> M {
        self.message.clone()
    }
}

/// An earlier revision that a caller corrects.
struct Earlier<M> {
    message: M,
    /// When what holds now became known.
    present_known_at: OffsetDateTime,
}

/// The earlier revision that a caller corrects; `None` where nothing is corrected, or what holds
/// now.
async fn earlier_revision<C: Record>(
    work: &mut Work,
    present: &Stored<C>,
    context: &Context,
) -> Result<Option<Earlier<C::Message>>, Refusal> {
    let Some(number) = context.remark.corrects.filter(|number| *number != present.revision) else {
        return Ok(None);
    };
    let key = Key::of(&present.name());
    let mission = present.mission.clone();
    let after = (number - 1, 1);
    let found = OWN.revisions(work.db(), &mission, &key, after, None).await?;
    let Some(found) = found.into_iter().find(|found| found.revision == number) else {
        let violation = FieldViolation::new("must be a revision of the resource");
        return Err(violation.under("corrects_revision").into());
    };
    // What took its place at once would hide the correction at every moment.
    let then = AsOf { known_by: Some(found.known_at), ..AsOf::default() };
    let holds = OWN.get(work.db(), &mission, &key, then).await?.map(|held| held.revision);
    if holds != Some(number) {
        let rule = match holds {
            Some(other) => format!("must not be a revision whose place another took: {other}"),
            None => "must be a revision that says something, and not that it is gone".to_owned(),
        };
        return Err(FieldViolation::new(rule).under("corrects_revision").into());
    }
    let broken = |error: prost::DecodeError| status::internal(&error);
    let message = C::Message::decode(found.value().map_err(broken)?.as_slice()).map_err(broken)?;
    let held = OWN.get(work.db(), &mission, &key, AsOf::default()).await?;
    let present_known_at = held.map_or(found.known_at, |held| held.known_at);
    Ok(Some(Earlier { message, present_known_at }))
}

/// Takes a record away. Its history stays, and an earlier `as_of_time` still answers with it.
pub async fn delete<C, S, Q>(service: &S, call: Call<Q>) -> Answer<()>
where
    C: Record,
    S: Writes<Error = C::Error>,
    Q: DeleteRequest,
{
    let Call { message, context } = call;
    let place = place::<C>(message.name())?;
    let done = async {
        let mut work = service.begin_write(&context, &place.mission, true).await?;
        let stored = lock::<C>(&mut work, &place, message.etag()).await?;
        let name = stored.name();
        if context.remark.corrects.is_some_and(|number| number != stored.revision) {
            let violation = FieldViolation::new("must be the last revision");
            return Err(Refusal::from(violation.under("corrects_revision")).into());
        }
        table::delete::<C>(work.db(), &place).await.map_err(|error| referenced(&name, error))?;
        C::follow(&mut work, &stored, Some(&stored.content)).await?;
        let token = work.commit_gone(name, stored.revision).await?;
        Ok::<_, C::Error>(token)
    };
    match done.await.map_err(Into::into) {
        Ok(Some(token)) => Ok(token.attach(Response::new(()))),
        Ok(None) => Ok(Response::new(())),
        Err(Failure::Replayed(replay)) => replay.answer(),
        Err(Failure::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Reads a record that its caller may change, and holds it. Who may not change it is told so
/// first, whatever else is wrong with the call.
pub async fn lock<C: Record>(
    work: &mut Work,
    place: &Place,
    etag: &str,
) -> Result<Stored<C>, C::Error> {
    let name = place.name(C::COLLECTION);
    let found = table::lock::<C>(work.db(), place).await.map_err(Refusal::from)?;
    let stored = found.ok_or_else(|| not_found(&name))?;
    may_change(work, &stored).await?;
    check_etag(etag, &name, stored.revision)?;
    Ok(stored)
}

/// Stores a record that changed as its next revision. The feed is told of it by `Work::commit`, where
/// it is the answer, else by `Work::changed`.
pub async fn revise<C: Table>(work: &mut Work, stored: &mut Stored<C>) -> Result<(), Refusal> {
    let mut batch = Batch::default();
    revise_in(work, &mut batch, stored)?;
    write(work, batch).await
}

/// The same together with other changes of the batch.
pub fn revise_in<C: Table>(
    work: &Work,
    batch: &mut Batch,
    stored: &mut Stored<C>,
) -> Result<(), Refusal> {
    stored.next_revision(work.now());
    Ok(batch.update(stored)?)
}

/// Writes a batch, where each of its rows is as it was read.
pub async fn write(work: &mut Work, batch: Batch) -> Result<(), Refusal> {
    batch.write(work.db()).await.map_err(|error| match error {
        sqlx::Error::RowNotFound => contended(),
        error => error.into(),
    })
}

async fn may_change<C: Record>(work: &mut Work, stored: &Stored<C>) -> Result<(), C::Error> {
    let owner = C::owner(work, stored).await?;
    let scope = work.scope()?;
    match owner {
        Owner::Mission => scope.require_whole_mission()?,
        Owner::Partner(partner) => scope.covers(partner.as_str())?,
    }
    Ok(())
}

/// Refuses to delete what other records name.
fn referenced(name: &str, error: sqlx::Error) -> Refusal {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    // foreign_key_violation
    if code.as_deref() == Some("23503") {
        let message = format!("other records name {name}; delete or change them first");
        return Refusal::new(Reason::StillReferenced, message).with("name", name);
    }
    error.into()
}
