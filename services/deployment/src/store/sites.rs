use muster_service::{table, table::Arguments, table::BoxError, table::Spread};
use muster_values::{Place, Stored};
use sqlx::{PgConnection, Row, postgres::PgRow};

use super::Error;
use crate::domain::site::{Site, SiteStatus};

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
        status: OptionalJson,
        sources: Json,
    }
    spread { point: Point, }
}

table! {
    SiteStatus in "deployment.site_statuses" by ["mission", "site", "id"] {
        control: Text,
        effective_at: Plain,
        holder: Plain,
        note: Plain,
        sources: Json,
    }
}

/// Of a site's statuses the one with the latest moment.
pub async fn latest(
    db: &mut PgConnection,
    site: &Place,
) -> Result<Option<Stored<SiteStatus>>, Error> {
    let rest = "where mission = $1 and site = $2 order by effective_at desc, id desc limit 1";
    let bind = |arguments: &mut Arguments| {
        arguments.add(site.mission.as_str())?;
        arguments.add(site.id.as_str())
    };
    Ok(table::select(db, rest, bind).await?.pop())
}
