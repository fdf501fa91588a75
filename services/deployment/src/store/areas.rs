use muster_service::{table, table::Arguments, table::BoxError};
use muster_values::{MissionId, Place, Stored};
use sqlx::PgConnection;

use super::Error;
use crate::domain::area::Area;

table! {
    Area in "deployment.areas" by ["mission", "code"] {
        display_name: Plain,
        level: Plain,
        parent: Plain,
        edition: Plain,
        sources: Json,
    }
}

/// A place's code followed by the codes of the areas it lies in, the country last; empty for a
/// code that does not exist.
pub async fn lineage(
    db: &mut PgConnection,
    mission: &MissionId,
    code: &str,
) -> Result<Vec<String>, Error> {
    let codes = sqlx::query_scalar!(
        r#"with recursive lineage as (
            select code, parent, 0 as depth from deployment.areas where mission = $1 and code = $2
            union all
            select outer_area.code, outer_area.parent, depth + 1
            from lineage join deployment.areas outer_area
                on outer_area.mission = $1 and outer_area.code = lineage.parent
        )
        select code as "code!" from lineage order by depth"#,
        mission.as_str(),
        code,
    )
    .fetch_all(db)
    .await?;
    Ok(codes)
}

/// Reads an area and holds it as it is until the transaction ends; others may hold it too.
pub async fn hold(db: &mut PgConnection, place: &Place) -> Result<Option<Stored<Area>>, Error> {
    first(db, "where mission = $1 and code = $2 for share", place).await
}

/// Reads the area of the lowest level among those that lie directly in another.
pub async fn highest_within(
    db: &mut PgConnection,
    place: &Place,
) -> Result<Option<Stored<Area>>, Error> {
    let rest = "where mission = $1 and parent = $2 order by level, code limit 1";
    first(db, rest, place).await
}

async fn first(
    db: &mut PgConnection,
    rest: &str,
    place: &Place,
) -> Result<Option<Stored<Area>>, Error> {
    let bind = |arguments: &mut Arguments| -> Result<(), BoxError> {
        arguments.add(place.mission.as_str())?;
        arguments.add(place.id.as_str())
    };
    Ok(table::select(db, rest, bind).await?.into_iter().next())
}
