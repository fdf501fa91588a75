use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, word};
use crate::domain::incident::{Casualties, Incident};

const TABLE: &str = "incident_revisions";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, revision, kind, occurred_on, date_precision, area, place_name,
                actors, casualties as "casualties: Json<Vec<Casualties>>", narrative, language,
                sources as "sources: Json<Vec<Source>>", verification, verification_note,
                verified_at, created_at, updated_at
            from reporting.incident_revisions as incident "# + $rest,
            $($argument),*
        )
    };
}

/// Adds a revision of an incident; false where it is there already.
pub async fn insert(db: &mut PgConnection, incident: &Incident) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into reporting.incident_revisions
            (mission, id, revision, kind, occurred_on, date_precision, area, place_name, actors,
            casualties, narrative, language, sources, verification, verification_note,
            verified_at, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        on conflict do nothing",
        incident.mission.as_str(),
        incident.id.as_str(),
        incident.revision,
        incident.kind.as_str(),
        incident.occurred_on.to_string(),
        incident.precision.as_str(),
        incident.area,
        incident.place_name,
        &incident.actors,
        Json(&incident.casualties) as _,
        incident.narrative,
        incident.language,
        Json(&incident.sources) as _,
        incident.verification.as_str(),
        incident.verification_note,
        incident.verified_at,
        incident.created_at,
        incident.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Incident>, Error> {
    select!(
        "where mission = $1 and id = $2 order by revision desc limit 1",
        mission.as_str(),
        id.as_str()
    )
    .fetch_optional(db)
    .await?
    .map(Incident::try_from)
    .transpose()
}

/// Reads an incident and holds it until the transaction ends, so that two callers cannot both
/// decide on the same revision. What is held is the first one: the last is not known before.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Incident>, Error> {
    sqlx::query!(
        "select from reporting.incident_revisions
        where mission = $1 and id = $2 and revision = 1 for update",
        mission.as_str(),
        id.as_str(),
    )
    .fetch_optional(&mut *db)
    .await?;
    get(db, mission, id).await
}

/// Every incident of a mission as it was known at a moment, by id.
pub async fn known(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: OffsetDateTime,
) -> Result<Vec<Incident>, Error> {
    let rows = select!(
        "where mission = $1 and revision = (
            select max(revision) from reporting.incident_revisions as later
            where later.mission = incident.mission and later.id = incident.id
                and later.updated_at <= $2
        ) order by id",
        mission.as_str(),
        as_of
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Incident::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    revision: i64,
    kind: String,
    occurred_on: String,
    date_precision: String,
    area: String,
    place_name: String,
    actors: Vec<String>,
    casualties: Json<Vec<Casualties>>,
    narrative: String,
    language: String,
    sources: Json<Vec<Source>>,
    verification: String,
    verification_note: String,
    verified_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Incident {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            kind: word(TABLE, &row.kind)?,
            occurred_on: word(TABLE, &row.occurred_on)?,
            precision: word(TABLE, &row.date_precision)?,
            area: row.area,
            place_name: row.place_name,
            actors: row.actors,
            casualties: row.casualties.0,
            narrative: row.narrative,
            language: row.language,
            sources: row.sources.0,
            verification: word(TABLE, &row.verification)?,
            verification_note: row.verification_note,
            verified_at: row.verified_at,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
