use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, word};
use crate::domain::partner::Partner;

const TABLE: &str = "partners";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, display_name, country, roles,
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from deployment.partners "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a partner; false where its id is taken.
pub async fn insert(db: &mut PgConnection, partner: &Partner) -> Result<bool, Error> {
    let roles: Vec<String> = partner.roles.iter().map(ToString::to_string).collect();
    let inserted = sqlx::query!(
        "insert into deployment.partners
            (mission, id, display_name, country, roles, sources, revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict do nothing",
        partner.mission.as_str(),
        partner.id.as_str(),
        partner.display_name,
        partner.country,
        &roles,
        Json(&partner.sources) as _,
        partner.revision,
        partner.created_at,
        partner.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Partner>, Error> {
    select!("where mission = $1 and id = $2", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Partner::try_from)
        .transpose()
}

struct Row {
    mission: String,
    id: String,
    display_name: String,
    country: Option<String>,
    roles: Vec<String>,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Partner {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            display_name: row.display_name,
            country: row.country,
            roles: row.roles.iter().map(|role| word(TABLE, role)).collect::<Result<_, _>>()?,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
