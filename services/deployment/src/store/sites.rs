use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, updated, word};
use crate::domain::site::{Site, SiteStatus};

const TABLE: &str = "sites";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, display_name, kind, area, latitude, longitude,
                history as "history: Json<Vec<SiteStatus>>",
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from deployment.sites "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a site; false where its id is taken.
pub async fn insert(db: &mut PgConnection, site: &Site) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.sites
            (mission, id, display_name, kind, area, latitude, longitude, history, sources,
            revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict do nothing",
        site.mission.as_str(),
        site.id.as_str(),
        site.display_name,
        site.kind.as_str(),
        site.area,
        site.point.map(|point| point.0),
        site.point.map(|point| point.1),
        Json(&site.history) as _,
        Json(&site.sources) as _,
        site.revision,
        site.created_at,
        site.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Reads a site and holds it until the transaction ends, so that two callers cannot both decide on
/// the same state.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Site>, Error> {
    select!("where mission = $1 and id = $2 for update", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Site::try_from)
        .transpose()
}

/// Stores a site that went one revision further.
pub async fn update(db: &mut PgConnection, site: &Site) -> Result<(), Error> {
    let result = sqlx::query!(
        "update deployment.sites
        set history = $3, revision = $4, updated_at = $5
        where mission = $1 and id = $2 and revision + 1 = $4",
        site.mission.as_str(),
        site.id.as_str(),
        Json(&site.history) as _,
        site.revision,
        site.updated_at,
    )
    .execute(db)
    .await?;
    updated(TABLE, result.rows_affected(), &site.id)
}

struct Row {
    mission: String,
    id: String,
    display_name: String,
    kind: String,
    area: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    history: Json<Vec<SiteStatus>>,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Site {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            display_name: row.display_name,
            kind: word(TABLE, &row.kind)?,
            area: row.area,
            point: row.latitude.zip(row.longitude),
            history: row.history.0,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
