use muster_values::{Id, MissionId, Quantity, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, word};
use crate::domain::figure::{Breakdown, Figure, Kind};

const TABLE: &str = "figure_revisions";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, revision, kind as "kind: Json<Kind>", date_precision,
                quantity as "quantity: Json<Quantity>", area, place_name,
                breakdown as "breakdown: Json<Vec<Breakdown>>", source as "source: Json<Source>",
                role, note, revision_reason, retracted, recorded_at, created_at
            from reporting.figure_revisions as figure "# + $rest,
            $($argument),*
        )
    };
}

/// Adds a revision of a figure; false where it is there already.
pub async fn insert(db: &mut PgConnection, figure: &Figure) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into reporting.figure_revisions
            (mission, id, revision, kind, date_precision, quantity, area, place_name, breakdown,
            source, role, note, revision_reason, retracted, recorded_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict do nothing",
        figure.mission.as_str(),
        figure.id.as_str(),
        figure.revision,
        Json(&figure.kind) as _,
        figure.precision.as_str(),
        Json(&figure.quantity) as _,
        figure.area,
        figure.place_name,
        Json(&figure.breakdown) as _,
        Json(&figure.source) as _,
        figure.role.as_str(),
        figure.note,
        figure.revision_reason,
        figure.retracted,
        figure.recorded_at,
        figure.created_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The revision that was recorded last, or last by a moment.
pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
    as_of: Option<OffsetDateTime>,
) -> Result<Option<Figure>, Error> {
    select!(
        "where mission = $1 and id = $2 and ($3::timestamptz is null or recorded_at <= $3)
        order by revision desc limit 1",
        mission.as_str(),
        id.as_str(),
        as_of
    )
    .fetch_optional(db)
    .await?
    .map(Figure::try_from)
    .transpose()
}

/// Reads a figure and holds it until the transaction ends, so that two callers cannot both
/// decide on the same revision. What is held is the first one: the last is not known before.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Figure>, Error> {
    sqlx::query!(
        "select from reporting.figure_revisions
        where mission = $1 and id = $2 and revision = 1 for update",
        mission.as_str(),
        id.as_str(),
    )
    .fetch_optional(&mut *db)
    .await?;
    get(db, mission, id, None).await
}

/// Every figure of a mission as it was known at a moment, by id.
pub async fn known(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: OffsetDateTime,
) -> Result<Vec<Figure>, Error> {
    let rows = select!(
        "where mission = $1 and revision = (
            select max(revision) from reporting.figure_revisions as later
            where later.mission = figure.mission and later.id = figure.id
                and later.recorded_at <= $2
        ) order by id",
        mission.as_str(),
        as_of
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Figure::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    revision: i64,
    kind: Json<Kind>,
    date_precision: String,
    quantity: Json<Quantity>,
    area: String,
    place_name: String,
    breakdown: Json<Vec<Breakdown>>,
    source: Json<Source>,
    role: String,
    note: String,
    revision_reason: String,
    retracted: bool,
    recorded_at: OffsetDateTime,
    created_at: OffsetDateTime,
}

impl TryFrom<Row> for Figure {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            kind: row.kind.0,
            precision: word(TABLE, &row.date_precision)?,
            quantity: row.quantity.0,
            area: row.area,
            place_name: row.place_name,
            breakdown: row.breakdown.0,
            source: row.source.0,
            role: word(TABLE, &row.role)?,
            note: row.note,
            revision: row.revision,
            revision_reason: row.revision_reason,
            retracted: row.retracted,
            recorded_at: row.recorded_at,
            created_at: row.created_at,
        })
    }
}
