use muster_values::{Id, MissionId, Period, Quantity, Source};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, word};
use crate::domain::figure::{Breakdown, Figure, Kind};

const TABLE: &str = "figure_revisions";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, revision, measure, metric, first_day, end_day, date_precision,
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
    let columns = Columns::of(figure.kind);
    let inserted = sqlx::query!(
        "insert into reporting.figure_revisions
            (mission, id, revision, measure, metric, first_day, end_day, date_precision, quantity,
            area, place_name, breakdown, source, role, note, revision_reason, retracted,
            recorded_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19)
        on conflict do nothing",
        figure.mission.as_str(),
        figure.id.as_str(),
        figure.revision,
        columns.measure,
        columns.metric,
        columns.first_day,
        columns.end_day,
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

/// What a figure counts, as columns.
struct Columns {
    measure: &'static str,
    metric: &'static str,
    first_day: Date,
    end_day: Date,
}

impl Columns {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Flow { metric, period } => Self {
                measure: "flow",
                metric: metric.as_str(),
                first_day: period.start(),
                end_day: period.end(),
            },
            Kind::Stock { metric, as_of } => Self {
                measure: "stock",
                metric: metric.as_str(),
                first_day: as_of,
                end_day: as_of.next_day().unwrap_or(Date::MAX),
            },
        }
    }
}

/// The id of another standing figure that is recommended for the same. Whoever asks for the same
/// at once waits until the transaction ends.
pub async fn recommended(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
    kind: Kind,
    area: &str,
) -> Result<Option<String>, Error> {
    let columns = Columns::of(kind);
    let cell = format!("{mission:?} {area} {kind:?}");
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", cell)
        .execute(&mut *db)
        .await?;
    let found = sqlx::query_scalar!(
        "select id from reporting.figure_revisions as figure
        where mission = $1 and area = $2 and first_day = $3 and end_day = $4 and measure = $5
            and metric = $6 and id <> $7 and role = 'recommended' and not retracted
            and revision = (
                select max(revision) from reporting.figure_revisions as later
                where later.mission = figure.mission and later.id = figure.id
            )
        order by id limit 1",
        mission.as_str(),
        area,
        columns.first_day,
        columns.end_day,
        columns.measure,
        columns.metric,
        id.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(found)
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

/// The figures of these areas as they are now, retracted ones included, and of flows those that
/// overlap a period, by id.
pub async fn about(
    db: &mut PgConnection,
    mission: &MissionId,
    areas: &[String],
    period: Period,
) -> Result<Vec<Figure>, Error> {
    let rows = select!(
        "where mission = $1 and area = any($2)
            and (measure = 'stock' or first_day < $3 and $4 < end_day)
            and revision = (
                select max(revision) from reporting.figure_revisions as later
                where later.mission = figure.mission and later.id = figure.id
            )
        order by id",
        mission.as_str(),
        areas,
        period.end(),
        period.start()
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Figure::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    revision: i64,
    measure: String,
    metric: String,
    first_day: Date,
    end_day: Date,
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
        let kind = match (row.measure.as_str(), Period::new(row.first_day, row.end_day)) {
            ("flow", Some(period)) => Kind::Flow { metric: word(TABLE, &row.metric)?, period },
            _ => Kind::Stock { metric: word(TABLE, &row.metric)?, as_of: row.first_day },
        };
        Ok(Self {
            mission: MissionId::trusted(row.mission),
            id: Id::trusted(row.id),
            kind,
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
