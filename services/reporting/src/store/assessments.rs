use muster_values::{Id, MissionId, Quantity, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, word};
use crate::domain::assessment::{Assessment, Confidence};

const TABLE: &str = "assessments";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, area, place_name, controller, controller_kind,
                share as "share: Json<Quantity>", assessed_on, date_precision, confidence,
                source as "source: Json<Source>", note, revision, created_at, updated_at
            from reporting.assessments "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts an assessment; false where its id is taken.
pub async fn insert(db: &mut PgConnection, assessment: &Assessment) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into reporting.assessments
            (mission, id, area, place_name, controller, controller_kind, share, assessed_on,
            date_precision, confidence, source, note, revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict do nothing",
        assessment.mission.as_str(),
        assessment.id.as_str(),
        assessment.area,
        assessment.place_name,
        assessment.controller,
        assessment.controller_kind.as_str(),
        Json(&assessment.share) as _,
        assessment.assessed_on.to_string(),
        assessment.precision.as_str(),
        assessment.confidence.map(Confidence::as_str),
        Json(&assessment.source) as _,
        assessment.note,
        assessment.revision,
        assessment.created_at,
        assessment.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Every assessment of a mission that was recorded by a moment, by id.
pub async fn known(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: OffsetDateTime,
) -> Result<Vec<Assessment>, Error> {
    let rows =
        select!("where mission = $1 and created_at <= $2 order by id", mission.as_str(), as_of)
            .fetch_all(db)
            .await?;
    rows.into_iter().map(Assessment::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    area: String,
    place_name: String,
    controller: String,
    controller_kind: String,
    share: Json<Quantity>,
    assessed_on: String,
    date_precision: String,
    confidence: Option<String>,
    source: Json<Source>,
    note: String,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Assessment {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            area: row.area,
            place_name: row.place_name,
            controller: row.controller,
            controller_kind: word(TABLE, &row.controller_kind)?,
            share: row.share.0,
            assessed_on: word(TABLE, &row.assessed_on)?,
            precision: word(TABLE, &row.date_precision)?,
            confidence: row.confidence.as_deref().map(|text| word(TABLE, text)).transpose()?,
            source: row.source.0,
            note: row.note,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
