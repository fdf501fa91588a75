use muster_values::MissionId;
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::Error;
use crate::domain::mission::{Mission, Requirement};

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select id, display_name, host_country, purpose,
                requirements as "requirements: Json<Vec<Requirement>>",
                revision, created_at, updated_at
            from deployment.missions "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a mission; false where its id is taken.
pub async fn insert(db: &mut PgConnection, mission: &Mission) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.missions
            (id, display_name, host_country, purpose, requirements, revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict do nothing",
        mission.id.as_str(),
        mission.display_name,
        mission.host_country,
        mission.purpose,
        Json(&mission.requirements) as _,
        mission.revision,
        mission.created_at,
        mission.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(db: &mut PgConnection, id: &MissionId) -> Result<Option<Mission>, Error> {
    let row = select!("where id = $1", id.as_str()).fetch_optional(db).await?;
    Ok(row.map(Mission::from))
}

/// Reads a mission and holds it until the transaction ends, so that everything that counts
/// people of the whole mission is decided one after the other.
pub async fn lock(db: &mut PgConnection, id: &MissionId) -> Result<Option<Mission>, Error> {
    let row = select!("where id = $1 for no key update", id.as_str()).fetch_optional(db).await?;
    Ok(row.map(Mission::from))
}

struct Row {
    id: String,
    display_name: String,
    host_country: String,
    purpose: String,
    requirements: Json<Vec<Requirement>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl From<Row> for Mission {
    fn from(row: Row) -> Self {
        Self {
            id: MissionId::known(row.id),
            display_name: row.display_name,
            host_country: row.host_country,
            purpose: row.purpose,
            requirements: row.requirements.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}
