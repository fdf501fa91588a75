//! The standard methods that write, written once for every record: Create, Update by mask and
//! Delete. Each has an inner function on `Work`, which batches and other methods use.

use muster_proto::{CreateRequest, DeleteRequest, Identified, UpdateRequest};
use muster_values::{Id, Place, Stored, name};
use prost_types::FieldMask;
use tonic::Response;

use super::{
    correct::{correct_earlier, earlier_revision},
    mask::Change,
    record::{Record, Writes},
    rows::{lock, may_change, revise, revise_as_answer},
};
use crate::{
    AtField, FieldViolation, Required,
    call::{Answer, Call, answer},
    context::Context,
    field::refuse,
    resource::{Key, Resource, already_exists, place},
    status::{Reason, Refusal},
    table::{self, Batch},
    work::{Committed, Failure, Work},
};

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
        create_in(&mut work, place, content).await?;
        Ok::<_, C::Error>(work.commit_answered::<Stored<C>>().await?)
    };
    answer(done.await)
}

/// Creates a record within a unit of work, whose answer it is.
pub async fn create_in<C: Record>(
    work: &mut Work,
    place: Place,
    content: C,
) -> Result<Stored<C>, C::Error> {
    let mut stored = Stored::new(place, content, work.now());
    may_change(work, &stored).await?;
    C::prepare(work, &mut stored, None).await?;
    let name = stored.name();
    let inserted = table::insert(work.db(), &Key::of(&name), &mut stored).await;
    if !inserted.map_err(Refusal::from)? {
        return Err(already_exists(&name).into());
    }
    C::follow(work, &stored, None).await?;
    work.answer(&stored);
    Ok(stored)
}

/// Which fields of a record a caller sets, and what the caller knows of it.
#[derive(Clone, Debug)]
pub struct Update<M> {
    pub place: Place,
    pub resource: M,
    pub mask: Option<FieldMask>,
    /// Empty where any revision will do.
    pub etag: String,
}

/// Changes some fields of a record.
pub async fn update<C, S, Q>(service: &S, call: Call<Q>) -> Answer<C::Message>
where
    C: Record,
    S: Writes<Error = C::Error>,
    Q: UpdateRequest<Resource = C::Message>,
{
    let Call { message, context } = call;
    let (mask, etag) = (message.mask().cloned(), message.etag().to_owned());
    let resource = message.into_resource().required().at(Q::FIELD)?;
    let place = place::<C>(resource.name()).at(Q::FIELD)?;
    let update = Update { place, resource, mask, etag };
    let done = async {
        let mut work = service.begin_write(&context, &update.place.mission, true).await?;
        update_in::<C>(&mut work, update, Q::FIELD).await?;
        Ok::<_, C::Error>(work.commit_answered::<Stored<C>>().await?)
    };
    answer(done.await)
}

/// Changes a record within a unit of work, whose answer it is; `field` is the request's that holds
/// the record, for refusals.
pub async fn update_in<C: Record>(
    work: &mut Work,
    update: Update<C::Message>,
    field: &str,
) -> Result<(), C::Error> {
    let mut stored = lock::<C>(work, &update.place, &update.etag).await?;
    let before = stored.clone();
    if let Some(earlier) = earlier_revision::<C>(work, &before).await? {
        let content = after_update::<C>(work, &earlier.message, &update, field)?;
        return correct_earlier(work, before, earlier, content, field).await;
    }
    stored.content = after_update::<C>(work, &before.pack(), &update, field)?;
    C::prepare(work, &mut stored, Some(&before.content)).await?;
    revise(work, &mut stored).await?;
    C::follow(work, &stored, Some(&before.content)).await?;
    work.answer(&stored);
    Ok(())
}

/// The content of a record after an update, whose changed fields keep to their rules.
fn after_update<C: Record>(
    work: &Work,
    base: &C::Message,
    update: &Update<C::Message>,
    field: &str,
) -> Result<C, Refusal> {
    let change = Change::of(base, &update.resource, update.mask.as_ref()).at("update_mask")?;
    let broken = change.violations(work.now());
    if !broken.is_empty() {
        let under = broken.into_iter().map(|violation| violation.under(field));
        return Err(refuse(&under.collect::<Vec<_>>()));
    }
    Ok(change.message().and_then(|message| C::unpack(message, work.mission())).at(field)?)
}

/// Changes a record by a method of its own, such as Verify: `decide` changes the content or refuses.
pub async fn change<C, S>(
    service: &S,
    context: &Context,
    place: &Place,
    etag: &str,
    decide: impl FnOnce(&Work, &mut Stored<C>) -> Result<(), C::Error> + Send,
) -> Result<Committed<Stored<C>>, C::Error>
where
    C: Record,
    S: Writes<Error = C::Error>,
{
    let mut work = service.begin_write(context, &place.mission, true).await?;
    change_in(&mut work, place, etag, decide).await?;
    Ok(work.commit_answered().await?)
}

/// The same within a unit of work, whose answer the record is.
pub async fn change_in<C: Record>(
    work: &mut Work,
    place: &Place,
    etag: &str,
    decide: impl FnOnce(&Work, &mut Stored<C>) -> Result<(), C::Error> + Send,
) -> Result<(), C::Error> {
    let mut stored = lock::<C>(work, place, etag).await?;
    decide(work, &mut stored)?;
    Ok(revise_as_answer(work, Batch::default(), &mut stored).await?)
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
        delete_in::<C>(&mut work, &place, message.etag()).await?;
        let (_, token) = work.commit_units().await?;
        Ok::<_, C::Error>(token)
    };
    match done.await.map_err(Into::into) {
        Ok(Some(token)) => Ok(token.attach(Response::new(()))),
        Ok(None) => Ok(Response::new(())),
        Err(Failure::Replayed(replay)) => replay.answer(),
        Err(Failure::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Takes a record away within a unit of work.
pub async fn delete_in<C: Record>(
    work: &mut Work,
    place: &Place,
    etag: &str,
) -> Result<(), C::Error> {
    let stored = lock::<C>(work, place, etag).await?;
    let name = stored.name();
    if work.corrects().is_some_and(|number| number != stored.revision) {
        let violation = FieldViolation::new("must be the last revision");
        return Err(Refusal::from(violation.under("corrects_revision")).into());
    }
    table::delete::<C>(work.db(), place).await.map_err(|error| referenced(&name, error))?;
    C::follow(work, &stored, Some(&stored.content)).await?;
    work.answer_gone(name, stored.revision);
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
