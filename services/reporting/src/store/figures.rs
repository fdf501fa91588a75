use muster_service::{
    table, table::Arguments, table::BoxError, table::QuantityColumns, table::Spread, table::parsed,
};
use muster_values::{MissionId, Period, Stored};
use sqlx::{PgConnection, Row, postgres::PgRow};
use time::Date;

use super::Error;
use crate::domain::figure::{Figure, Kind};

/// The columns of a figure's kind: a flow has its period, the end exclusive; a stock has its day and
/// the next.
struct KindColumns;

impl KindColumns {
    fn of(kind: Kind) -> (&'static str, &'static str, Date, Date) {
        match kind {
            Kind::Flow { metric, period } => {
                ("flow", metric.as_str(), period.start(), period.end())
            }
            Kind::Stock { metric, as_of } => {
                ("stock", metric.as_str(), as_of, as_of.next_day().unwrap_or(Date::MAX))
            }
        }
    }
}

impl Spread<Kind> for KindColumns {
    const COLUMNS: &'static [&'static str] = &["measure", "metric", "first_day", "end_day"];

    fn bind(value: &Kind, arguments: &mut Arguments) -> Result<(), BoxError> {
        let (measure, metric, first_day, end_day) = Self::of(*value);
        arguments.add(measure)?;
        arguments.add(metric)?;
        arguments.add(first_day)?;
        arguments.add(end_day)
    }

    fn read(row: &PgRow) -> Result<Kind, sqlx::Error> {
        let (metric, first_day) = (row.try_get("metric")?, row.try_get("first_day")?);
        Ok(match (row.try_get("measure")?, Period::new(first_day, row.try_get("end_day")?)) {
            ("flow", Some(period)) => Kind::Flow { metric: parsed(metric, "metric")?, period },
            // The table's checks leave nothing else.
            _ => Kind::Stock { metric: parsed(metric, "metric")?, as_of: first_day },
        })
    }
}

table! {
    Figure in "reporting.figures" by ["mission", "id"] {
        precision as "date_precision": Text,
        area: Plain,
        place_name: Plain,
        breakdown: Json,
        source: Json,
        role: Text,
        note: Plain,
        retracted: Plain,
    }
    spread {
        kind: KindColumns,
        quantity: QuantityColumns,
    }
}

/// The id of another standing figure that is recommended for the same. Whoever asks for the same
/// at once waits until the transaction ends.
pub async fn lock_cell_and_find_recommended(
    db: &mut PgConnection,
    figure: &Stored<Figure>,
) -> Result<Option<String>, Error> {
    let (mission, area) = (figure.mission.as_str(), &figure.area);
    let (measure, metric, first_day, end_day) = KindColumns::of(figure.kind);
    let cell = format!("{mission} {area} {:?}", figure.kind);
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", cell)
        .execute(&mut *db)
        .await?;
    let found = sqlx::query_scalar!(
        "select id from reporting.figures
        where mission = $1 and area = $2 and first_day = $3 and end_day = $4 and measure = $5
            and metric = $6 and id <> $7 and role = 'recommended' and not retracted
        order by id limit 1",
        mission,
        area,
        first_day,
        end_day,
        measure,
        metric,
        figure.id.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(found)
}

/// The figures of these areas as they are now, retracted ones included, and of flows those that
/// overlap a period, by id.
pub async fn about(
    db: &mut PgConnection,
    mission: &MissionId,
    areas: &[String],
    period: Period,
) -> Result<Vec<Stored<Figure>>, Error> {
    let rest = "where mission = $1 and area = any($2)
        and (measure = 'stock' or first_day < $3 and $4 < end_day) order by id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(areas)?;
        arguments.add(period.end())?;
        arguments.add(period.start())
    };
    Ok(table::select(db, rest, bind).await?)
}
