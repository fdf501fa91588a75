//! Resources of the deployment service, as its feed told of them last.

use std::collections::HashMap;

use muster_service::MissionId;
use sqlx::{PgConnection, types::Json};

use super::Error;
use crate::domain::deployment::Resource;

/// The revision that was told of last, of a resource that is known.
pub async fn revision(
    db: &mut PgConnection,
    mission: &MissionId,
    name: &str,
) -> Result<Option<i64>, Error> {
    let revision = sqlx::query_scalar!(
        "select revision from reporting.deployment_resources where mission = $1 and name = $2",
        mission.as_str(),
        name,
    )
    .fetch_optional(db)
    .await?;
    Ok(revision)
}

/// The revisions that were told of last, of those resources that are known.
pub async fn revisions(
    db: &mut PgConnection,
    mission: &MissionId,
    names: &[String],
) -> Result<HashMap<String, i64>, Error> {
    let rows = sqlx::query!(
        "select name, revision from reporting.deployment_resources
        where mission = $1 and name = any($2)",
        mission.as_str(),
        names,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.revision)).collect())
}

/// What was told of a resource last.
#[derive(Debug)]
pub struct Latest<'a> {
    pub name: &'a str,
    pub revision: i64,
    pub position: i64,
    pub resource: &'a Resource,
}

/// Stores what was told of several resources, each named once.
pub async fn put_all(
    db: &mut PgConnection,
    mission: &MissionId,
    told: &[Latest<'_>],
) -> Result<(), Error> {
    let names: Vec<String> = told.iter().map(|told| told.name.to_owned()).collect();
    let revisions: Vec<i64> = told.iter().map(|told| told.revision).collect();
    let positions: Vec<i64> = told.iter().map(|told| told.position).collect();
    let bodies: Vec<Json<&Resource>> = told.iter().map(|told| Json(told.resource)).collect();
    sqlx::query!(
        "insert into reporting.deployment_resources (mission, name, revision, position, body)
        select $1, * from unnest($2::text[], $3::bigint[], $4::bigint[], $5::jsonb[])
        on conflict (mission, name) do update
        set revision = excluded.revision, position = excluded.position, body = excluded.body",
        mission.as_str(),
        &names,
        &revisions,
        &positions,
        &bodies as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Several resources by name, as far as they are known.
pub async fn get_all(
    db: &mut PgConnection,
    mission: &MissionId,
    names: &[String],
) -> Result<HashMap<String, Resource>, Error> {
    let rows = sqlx::query!(
        r#"select name, body as "body: Json<Resource>" from reporting.deployment_resources
        where mission = $1 and name = any($2)"#,
        mission.as_str(),
        names,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.body.0)).collect())
}

/// Stores what the change at a position told of a resource.
pub async fn put(
    db: &mut PgConnection,
    mission: &MissionId,
    name: &str,
    revision: i64,
    position: i64,
    resource: &Resource,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into reporting.deployment_resources
            (mission, name, revision, position, body)
        values ($1, $2, $3, $4, $5)
        on conflict (mission, name) do update
        set revision = excluded.revision, position = excluded.position, body = excluded.body",
        mission.as_str(),
        name,
        revision,
        position,
        Json(resource) as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    name: &str,
) -> Result<Option<Resource>, Error> {
    let body = sqlx::query_scalar!(
        r#"select body as "body: Json<Resource>" from reporting.deployment_resources
        where mission = $1 and name = $2"#,
        mission.as_str(),
        name,
    )
    .fetch_optional(db)
    .await?;
    Ok(body.map(|body| body.0))
}

/// Everything that is known of a mission, by name.
pub async fn all(db: &mut PgConnection, mission: &MissionId) -> Result<Vec<Resource>, Error> {
    let bodies = sqlx::query_scalar!(
        r#"select body as "body: Json<Resource>" from reporting.deployment_resources
        where mission = $1 order by name"#,
        mission.as_str(),
    )
    .fetch_all(db)
    .await?;
    Ok(bodies.into_iter().map(|body| body.0).collect())
}
