use muster_values::{Id, MissionId, Quantity, Source};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, word};
use crate::domain::claim::{StrengthClaim, Subject};

const TABLE: &str = "strength_claims";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, measure, quantity as "quantity: Json<Quantity>", as_of, subject,
                note, sources as "sources: Json<Vec<Source>>", revision, created_at,
                updated_at
            from deployment.strength_claims "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a claim; false where its id is taken.
pub async fn insert(db: &mut PgConnection, claim: &StrengthClaim) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.strength_claims
            (mission, id, measure, quantity, as_of, subject, note, sources, revision,
            created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict do nothing",
        claim.mission.as_str(),
        claim.id.as_str(),
        claim.measure.as_str(),
        Json(&claim.quantity) as _,
        claim.as_of,
        claim.subject.path(),
        claim.note,
        Json(&claim.sources) as _,
        claim.revision,
        claim.created_at,
        claim.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Every claim about a mission, by id.
pub async fn all(db: &mut PgConnection, mission: &MissionId) -> Result<Vec<StrengthClaim>, Error> {
    let rows = select!("where mission = $1 order by id", mission.as_str()).fetch_all(db).await?;
    rows.into_iter().map(StrengthClaim::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    measure: String,
    quantity: Json<Quantity>,
    as_of: Date,
    subject: String,
    note: String,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for StrengthClaim {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let subject = Subject::read(&row.subject);
        let subject = subject.ok_or(Error::Corrupt { table: TABLE, value: row.subject })?;
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            measure: word(TABLE, &row.measure)?,
            quantity: row.quantity.0,
            as_of: row.as_of,
            subject,
            note: row.note,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
