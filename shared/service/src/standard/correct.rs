//! Corrections of earlier revisions.

use muster_proto::Recorded;
use muster_values::Stored;
use prost::{Message, Name};
use time::OffsetDateTime;

use super::{mask, record::Record, rows::revise};
use crate::{
    AtField, FieldViolation,
    context::AsOf,
    history::OWN,
    resource::{Key, Resource},
    status::{self, Refusal},
    work::Work,
};

/// Records that an earlier revision should have had another content. What holds now is told again
/// after it, so that its revision stays the last one.
pub(super) async fn correct_earlier<C: Record>(
    work: &mut Work,
    mut present: Stored<C>,
    earlier: Earlier<C::Message>,
    content: C,
    field: &str,
) -> Result<(), C::Error> {
    // A rule may be stricter now than when the revision was recorded.
    let was = C::unpack(earlier.message.clone(), &present.mission).at(field);
    let was = was.map_err(Refusal::from)?;
    let mut corrected = Stored { content, ..present.clone() };
    C::prepare(work, &mut corrected, Some(&was)).await?;
    corrected.next_revision(work.now());
    let message = mask::with_output_of(&corrected.pack(), &earlier.message).at(field);
    let mut message = message.map_err(Refusal::from)?;
    C::settle_corrected(&mut message, &corrected.content, &was);
    present.revision = corrected.revision;
    revise(work, &mut present).await?;
    work.answer(&Corrected { name: corrected.name(), revision: corrected.revision, message });
    work.changed_as_known_at(&present, earlier.present_known_at);
    Ok(())
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
pub(super) struct Earlier<M> {
    pub message: M,
    /// When what holds now became known.
    present_known_at: OffsetDateTime,
}

/// The earlier revision that a caller corrects; `None` where nothing is corrected, or what holds
/// now.
pub(super) async fn earlier_revision<C: Record>(
    work: &mut Work,
    present: &Stored<C>,
) -> Result<Option<Earlier<C::Message>>, Refusal> {
    let Some(number) = work.corrects().filter(|number| *number != present.revision) else {
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
