use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, word};
use crate::domain::statement::{QuotedNumber, Statement};

const TABLE: &str = "statements";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, speaker, words, language, verbatim, stated_on, date_precision,
                occasion, numbers as "numbers: Json<Vec<QuotedNumber>>",
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from reporting.statements "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a statement; false where its id is taken.
pub async fn insert(db: &mut PgConnection, statement: &Statement) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into reporting.statements
            (mission, id, speaker, words, language, verbatim, stated_on, first_day, last_day,
            date_precision, occasion, numbers, sources, revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict do nothing",
        statement.mission.as_str(),
        statement.id.as_str(),
        statement.speaker,
        statement.text,
        statement.language,
        statement.verbatim,
        statement.stated_on.to_string(),
        statement.stated_on.first_day(),
        statement.stated_on.last_day(),
        statement.precision.as_str(),
        statement.occasion,
        Json(&statement.numbers) as _,
        Json(&statement.sources) as _,
        statement.revision,
        statement.created_at,
        statement.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What was said between two days, both included, oldest first.
pub async fn between(
    db: &mut PgConnection,
    mission: &MissionId,
    (first, last): (Date, Date),
) -> Result<Vec<Statement>, Error> {
    let rows = select!(
        "where mission = $1 and first_day <= $3 and $2 <= last_day
        order by first_day, id",
        mission.as_str(),
        first,
        last
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Statement::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    speaker: String,
    words: String,
    language: String,
    verbatim: bool,
    stated_on: String,
    date_precision: String,
    occasion: String,
    numbers: Json<Vec<QuotedNumber>>,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Statement {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            speaker: row.speaker,
            text: row.words,
            language: row.language,
            verbatim: row.verbatim,
            stated_on: word(TABLE, &row.stated_on)?,
            precision: word(TABLE, &row.date_precision)?,
            occasion: row.occasion,
            numbers: row.numbers.0,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
