use muster_service::table;
use muster_values::MissionId;
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
