use muster_service::{FieldViolation, Work, field, resource, standard::Record, table};
use muster_values::{Collected, Id, Place, Stored};

use super::Error;
use crate::domain::area::Area;

impl Record for Area {
    type Error = Error;

    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        let Some(code) = &stored.content.parent else {
            if stored.level == 0 {
                return Ok(());
            }
            let rule = "is required below level 0, the country";
            let violation = FieldViolation::new(rule).under("area.parent_area");
            return Err(field::refuse(&[violation]).into());
        };
        let parent = known_area(work, code, "area.parent_area").await?;
        if stored.level <= parent.level {
            let rule = format!("must be greater than {}, the parent's", parent.level);
            return Err(field::refuse(&[FieldViolation::new(rule).under("area.level")]).into());
        }
        Ok(())
    }
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
