use std::fmt;

use muster_service::{FieldViolation, Refusal, Work, resource, standard::Record, table};
use muster_values::{Collected, Id, Place, Stored};

use super::Error;
use crate::{domain::area::Area, store::areas};

impl Record for Area {
    type Error = Error;

    /// An area lies deeper than its parent and less deep than what lies in it, so that no chain of
    /// parents leads back to where it began.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let lies = |area: &Self| (area.level, area.parent.clone());
        if before.is_some_and(|before| lies(before) == lies(stored)) {
            return Ok(());
        }
        below_its_parent(work, stored).await?;
        if before.is_some() {
            above_its_children(work, stored).await?;
        }
        Ok(())
    }
}

async fn below_its_parent(work: &mut Work, area: &Stored<Area>) -> Result<(), Error> {
    let field = "area.parent_area";
    let Some(code) = &area.content.parent else {
        let rule = "is required below level 0, the country";
        return if area.level == 0 { Ok(()) } else { Err(invalid(field, rule)) };
    };
    let place = Place::new(work.mission().clone(), Id::trusted(code.as_str()));
    let parent = areas::hold(work.db(), &place).await?;
    let parent =
        parent.ok_or_else(|| resource::unknown_reference(field, &place.name(Area::COLLECTION)))?;
    let above = areas::lineage(work.db(), &area.mission, code).await?;
    if above.iter().any(|above| above == area.id.as_str()) {
        return Err(invalid(field, "must not be the area itself or one that lies in it"));
    }
    if area.level <= parent.level {
        let rule = format!("must be greater than {}, the parent's", parent.level);
        return Err(invalid("area.level", rule));
    }
    Ok(())
}

async fn above_its_children(work: &mut Work, area: &Stored<Area>) -> Result<(), Error> {
    match areas::highest_within(work.db(), &area.place()).await? {
        Some(child) if child.level <= area.level => {
            let rule = format!("must be less than {}, that of {}", child.level, child.name());
            Err(invalid("area.level", rule))
        }
        _ => Ok(()),
    }
}

fn invalid(field: &str, rule: impl fmt::Display) -> Error {
    Refusal::from(FieldViolation::new(rule).under(field)).into()
}

/// The area of a code that the request names in a field.
pub(super) async fn known_area(
    work: &mut Work,
    code: &str,
    field: &str,
) -> Result<Stored<Area>, Error> {
    let place = Place::new(work.mission().clone(), Id::trusted(code));
    let found = table::get(work.db(), &place).await?;
    Ok(found.ok_or_else(|| resource::unknown_reference(field, &place.name(Area::COLLECTION)))?)
}

/// Refuses a code that no area has.
pub(super) async fn areas_exist<'c>(
    work: &mut Work,
    codes: impl Iterator<Item = (String, &'c str)>,
) -> Result<(), Error> {
    for (field, code) in codes {
        known_area(work, code, &field).await?;
    }
    Ok(())
}
