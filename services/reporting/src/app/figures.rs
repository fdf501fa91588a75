use muster_service::{Committed, Context, FieldViolation, Work, field, standard, standard::Record};
use muster_values::{Id, Place, Stored};

use super::{App, Error, known_area};
use crate::{
    domain::figure::{Figure, FigureRole, Kind},
    store::figures,
};

impl Record for Figure {
    type Error = Error;

    /// Refuses a figure of an unknown area, and a revision of one that was retracted or that would
    /// make another figure of it. A correction says that the typing was wrong, so it may do both.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        if let Some(before) = before.filter(|_| work.corrects().is_none()) {
            before.require_standing()?;
            require_same(before, stored)?;
        }
        known_area(work.db(), &stored.mission, &stored.area, "figure.area_code").await
    }

    /// Refuses a second figure that is recommended for the same: after this one was written, so that
    /// of two at once the later one finds the other.
    async fn follow(
        work: &mut Work,
        stored: &Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        if stored.role != FigureRole::Recommended {
            return Ok(());
        }
        let Some(other) = figures::lock_cell_and_find_recommended(work.db(), stored).await? else {
            return Ok(());
        };
        let name = stored.mission.child("figures", &Id::trusted(other));
        let rule =
            format!("must not be RECOMMENDED: {name} is, for the same metric, area and time");
        Err(violation("role", &rule))
    }
}

impl App {
    pub async fn retract_figure(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
    ) -> Result<Committed<Stored<Figure>>, Error> {
        let retract = |_: &Work, figure: &mut Stored<Figure>| {
            figure.require_standing()?;
            figure.retracted = true;
            Ok(())
        };
        standard::change(self, context, &place, etag, retract).await
    }
}

/// Refuses a revision that would make another figure of this one.
fn require_same(before: &Figure, after: &Figure) -> Result<(), Error> {
    let rule = "must count what the figure counts; record another figure for anything else";
    match after.kind {
        kind if kind.has_metric_of(before.kind) => {}
        Kind::Flow { .. } => return Err(violation("flow", rule)),
        Kind::Stock { .. } => return Err(violation("stock", rule)),
    }
    if before.area != after.area {
        return Err(violation("area_code", "must be the area that the figure speaks of"));
    }
    Ok(())
}

fn violation(field: &str, rule: &str) -> Error {
    let violation = FieldViolation::new(rule).under(field).under("figure");
    field::refuse(&[violation]).into()
}
