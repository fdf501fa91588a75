use muster_service::FieldViolation;
use muster_service::{Committed, Context, Resource, Work, field, resource};
use muster_values::{Id, MissionId, Quantity, Source};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::{App, Error, known_area, known_mission};
use crate::{
    domain::{
        StateForbids,
        figure::{Breakdown, Figure, FigureRole, Kind},
        incident::DatePrecision,
        parts::{self, Part, Wrong},
    },
    store::figures,
};

/// What a caller says of a figure, whole.
pub struct FigureContent {
    pub kind: Kind,
    pub precision: DatePrecision,
    pub quantity: Quantity,
    pub area: String,
    pub place_name: String,
    pub breakdown: Vec<Breakdown>,
    pub source: Source,
    pub role: FigureRole,
    pub note: String,
}

impl App {
    pub async fn create_figure(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        content: FigureContent,
    ) -> Result<Committed<Figure>, Error> {
        let mut work = self.begin(context, &mission).await?;
        known_mission(work.db(), &mission).await?;
        check(work.db(), &mission, &id, &content).await?;
        let now = work.now();
        let figure = content.into_figure(mission, id, now);
        if !figures::insert(work.db(), &figure).await? {
            return Err(resource::already_exists(&figure.resource_name()).into());
        }
        Ok(work.commit(figure).await?)
    }

    pub async fn revise_figure(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        content: FigureContent,
        reason: String,
    ) -> Result<Committed<Figure>, Error> {
        let mut work = self.begin(context, &mission).await?;
        let last = standing(&mut work, &id, etag).await?;
        counts_the_same(&last, &content)?;
        check(work.db(), &mission, &id, &content).await?;
        let now = work.now();
        let figure = Figure {
            revision: last.revision + 1,
            revision_reason: reason,
            created_at: last.created_at,
            ..content.into_figure(mission, id, now)
        };
        add_revision(work, figure).await
    }

    pub async fn retract_figure(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
        reason: String,
    ) -> Result<Committed<Figure>, Error> {
        let mut work = self.begin(context, &mission).await?;
        let last = standing(&mut work, &id, etag).await?;
        let figure = Figure {
            revision: last.revision + 1,
            revision_reason: reason,
            retracted: true,
            recorded_at: work.now(),
            ..last
        };
        add_revision(work, figure).await
    }
}

impl FigureContent {
    /// The first revision of a figure.
    pub fn into_figure(self, mission: MissionId, id: Id, now: OffsetDateTime) -> Figure {
        Figure {
            mission,
            id,
            kind: self.kind,
            precision: self.precision,
            quantity: self.quantity,
            area: self.area,
            place_name: self.place_name,
            breakdown: self.breakdown,
            source: self.source,
            role: self.role,
            note: self.note,
            revision: 1,
            revision_reason: String::new(),
            retracted: false,
            recorded_at: now,
            created_at: now,
        }
    }
}

/// A figure that is held until the transaction ends, not retracted, at the revision its caller
/// decided on.
async fn standing(work: &mut Work, id: &Id, etag: &str) -> Result<Figure, Error> {
    let mission = work.mission().clone();
    let name = mission.child("figures", id);
    let figure = figures::lock(work.db(), &mission, id).await?;
    let figure = figure.ok_or_else(|| resource::not_found(&name))?;
    resource::check_etag(etag, &name, figure.revision)?;
    if figure.retracted {
        let what = "the figure".to_owned();
        return Err(StateForbids { what, state: "retracted", allowed: "STANDING" }.into());
    }
    Ok(figure)
}

async fn add_revision(mut work: Work, figure: Figure) -> Result<Committed<Figure>, Error> {
    if !figures::insert(work.db(), &figure).await? {
        return Err(resource::contended().into());
    }
    Ok(work.commit(figure).await?)
}

/// Refuses a figure of an unknown area, one whose parts are more than the whole, and a second one
/// that is recommended for the same.
async fn check(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
    content: &FigureContent,
) -> Result<(), Error> {
    let parts: Vec<Part> = content.breakdown.iter().map(Breakdown::part).collect();
    match parts::check(Some(&content.quantity), &parts) {
        Ok(()) => {}
        Err(Wrong::Twice(row)) => {
            return Err(violation(&format!("breakdown[{row}]"), "speaks of the same people twice"));
        }
        Err(Wrong::Exceed) => {
            return Err(violation("breakdown", "must not add up to more than the quantity"));
        }
    }
    known_area(db, mission, &content.area, "figure.area_code").await?;
    if content.role == FigureRole::Recommended
        && let Some(other) =
            figures::recommended(db, mission, id, content.kind, &content.area).await?
    {
        let name = mission.child("figures", &Id::trusted(other));
        let rule =
            format!("must not be RECOMMENDED: {name} is, for the same metric, area and time");
        return Err(violation("role", &rule));
    }
    Ok(())
}

/// Refuses a revision that would make another figure of this one.
fn counts_the_same(last: &Figure, content: &FigureContent) -> Result<(), Error> {
    let rule = "must count what the figure counts; record another figure for anything else";
    match (last.kind, content.kind) {
        (Kind::Flow { metric: before, .. }, Kind::Flow { metric, .. }) if before == metric => {}
        (Kind::Stock { metric: before, .. }, Kind::Stock { metric, .. }) if before == metric => {}
        (_, Kind::Flow { .. }) => return Err(violation("flow", rule)),
        (_, Kind::Stock { .. }) => return Err(violation("stock", rule)),
    }
    if last.area != content.area {
        return Err(violation("area_code", "must be the area that the figure speaks of"));
    }
    Ok(())
}

fn violation(field: &str, rule: &str) -> Error {
    let violation = FieldViolation::new(rule).under(field).under("figure");
    field::refuse(&[violation]).into()
}
