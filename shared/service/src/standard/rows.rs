//! The rows of records within a unit of work: reading them to change them, and writing them.

use muster_values::{Place, Stored};

use super::record::{Owner, Record};
use crate::{
    resource::{Content, check_etag, contended, not_found},
    status::Refusal,
    table::{self, Batch, Table},
    work::Work,
};

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

/// Writes a batch, and with it a record that changed as its next revision, which the caller of the
/// present unit is answered with.
pub async fn revise_as_answer<C: Content + Table>(
    work: &mut Work,
    mut batch: Batch,
    stored: &mut Stored<C>,
) -> Result<(), Refusal> {
    revise_in(work, &mut batch, stored)?;
    write(work, batch).await?;
    work.answer(stored);
    Ok(())
}

/// Stores a record that changed because the answer does as its next revision, and tells the feed.
pub async fn revise_with_answer<C: Content + Table>(
    work: &mut Work,
    stored: &mut Stored<C>,
) -> Result<(), Refusal> {
    revise(work, stored).await?;
    work.changed_with_the_answer(stored);
    Ok(())
}

/// Writes a batch, where each of its rows is as it was read.
pub async fn write(work: &mut Work, batch: Batch) -> Result<(), Refusal> {
    batch.write(work.db()).await.map_err(|error| match error {
        sqlx::Error::RowNotFound => contended(),
        error => error.into(),
    })
}

/// Refuses a caller who may not change a record.
pub(super) async fn may_change<C: Record>(
    work: &mut Work,
    stored: &Stored<C>,
) -> Result<(), C::Error> {
    let owner = C::owner(work, stored).await?;
    let scope = work.scope()?;
    match owner {
        Owner::Mission => scope.require_whole_mission()?,
        Owner::Partner(partner) => scope.covers(partner.as_str())?,
    }
    Ok(())
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
