use muster_service::{table, table::Arguments, table::BoxError, table::Spread};
use sqlx::{Row, postgres::PgRow};

use crate::domain::site::Site;

/// Latitude and longitude.
struct Point;

impl Spread<Option<(f64, f64)>> for Point {
    const COLUMNS: &'static [&'static str] = &["latitude", "longitude"];

    fn bind(value: &Option<(f64, f64)>, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.map(|point| point.0))?;
        arguments.add(value.map(|point| point.1))
    }

    fn read(row: &PgRow) -> Result<Option<(f64, f64)>, sqlx::Error> {
        let latitude: Option<f64> = row.try_get("latitude")?;
        Ok(latitude.zip(row.try_get("longitude")?))
    }
}

table! {
    Site in "deployment.sites" by ["mission", "id"] {
        display_name: Plain,
        kind: Text,
        area: Plain,
        history: Json,
        sources: Json,
    }
    spread { point: Point, }
}
