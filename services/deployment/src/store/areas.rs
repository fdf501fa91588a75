use muster_values::{MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::Error;
use crate::domain::area::Area;

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, code, display_name, level, parent, edition,
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from deployment.areas "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts an area; false where its id is taken.
pub async fn insert(db: &mut PgConnection, area: &Area) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.areas
            (mission, code, display_name, level, parent, edition, sources, revision,
            created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict do nothing",
        area.mission.as_str(),
        area.code,
        area.display_name,
        area.level,
        area.parent,
        area.edition,
        Json(&area.sources) as _,
        area.revision,
        area.created_at,
        area.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    code: &str,
) -> Result<Option<Area>, Error> {
    let row = select!("where mission = $1 and code = $2", mission.as_str(), code);
    Ok(row.fetch_optional(db).await?.map(Area::from))
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

struct Row {
    mission: String,
    code: String,
    display_name: String,
    level: i32,
    parent: Option<String>,
    edition: String,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl From<Row> for Area {
    fn from(row: Row) -> Self {
        Self {
            mission: MissionId::known(row.mission),
            code: row.code,
            display_name: row.display_name,
            level: row.level,
            parent: row.parent,
            edition: row.edition,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
