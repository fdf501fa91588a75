use muster_values::{Id, MissionId, Quantity, Source};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::Error;
use crate::domain::mandate::{Mandate, Task};

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, authority, instrument, adopted_on, starts_at, ends_at,
                personnel_ceiling, planned_strength as "planned_strength: Json<Quantity>",
                areas, tasks as "tasks: Json<Vec<Task>>", predecessor,
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from deployment.mandates "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a mandate; false where its id is taken.
pub async fn insert(db: &mut PgConnection, mandate: &Mandate) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.mandates
            (mission, id, authority, instrument, adopted_on, starts_at, ends_at,
            personnel_ceiling, planned_strength, areas, tasks, predecessor, sources,
            revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict do nothing",
        mandate.mission.as_str(),
        mandate.id.as_str(),
        mandate.authority,
        mandate.instrument,
        mandate.adopted_on,
        mandate.starts_at,
        mandate.ends_at,
        mandate.personnel_ceiling,
        mandate.planned_strength.as_ref().map(Json) as _,
        &mandate.areas,
        Json(&mandate.tasks) as _,
        mandate.predecessor.as_ref().map(Id::as_str),
        Json(&mandate.sources) as _,
        mandate.revision,
        mandate.created_at,
        mandate.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Mandate>, Error> {
    let row = select!("where mission = $1 and id = $2", mission.as_str(), id.as_str());
    Ok(row.fetch_optional(db).await?.map(Mandate::from))
}

/// Every mandate of a mission, by id.
pub async fn all(db: &mut PgConnection, mission: &MissionId) -> Result<Vec<Mandate>, Error> {
    let rows = select!("where mission = $1 order by id", mission.as_str()).fetch_all(db).await?;
    Ok(rows.into_iter().map(Mandate::from).collect())
}

struct Row {
    mission: String,
    id: String,
    authority: String,
    instrument: String,
    adopted_on: Date,
    starts_at: OffsetDateTime,
    ends_at: OffsetDateTime,
    personnel_ceiling: Option<i32>,
    planned_strength: Option<Json<Quantity>>,
    areas: Vec<String>,
    tasks: Json<Vec<Task>>,
    predecessor: Option<String>,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl From<Row> for Mandate {
    fn from(row: Row) -> Self {
        Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            authority: row.authority,
            instrument: row.instrument,
            adopted_on: row.adopted_on,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            personnel_ceiling: row.personnel_ceiling,
            planned_strength: row.planned_strength.map(|value| value.0),
            areas: row.areas,
            tasks: row.tasks.0,
            predecessor: row.predecessor.map(Id::known),
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
