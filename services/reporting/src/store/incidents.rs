use futures::{Stream, TryStreamExt};
use muster_service::{table, table::Arguments, table::BoxError, table::Spread, table::misfit};
use muster_values::{Id, MissionId, Period};
use sqlx::{PgConnection, Row as _, postgres::PgRow, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, word};
use crate::domain::{
    incident::{Casualties, Finding, Incident, Verification},
    situation::{Occurrence, phrases::publishers},
};

const TABLE: &str = "incidents";

/// How far an incident has been looked into, and what was found.
struct VerificationColumns;

impl Spread<Verification> for VerificationColumns {
    const COLUMNS: &'static [&'static str] = &["verification", "verification_note", "verified_at"];

    fn bind(value: &Verification, arguments: &mut Arguments) -> Result<(), BoxError> {
        let finding = value.finding();
        arguments.add(value.word())?;
        arguments.add(finding.map_or("", |finding| &finding.note))?;
        arguments.add(finding.map(|finding| finding.at))
    }

    fn read(row: &PgRow) -> Result<Verification, sqlx::Error> {
        let (word, at) = (row.try_get("verification")?, row.try_get("verified_at")?);
        let read = verification(word, row.try_get("verification_note")?, at);
        read.ok_or_else(|| misfit("verification", word))
    }
}

table! {
    Incident in "reporting.incidents" by ["mission", "id"] {
        kind: Text,
        occurred_on: Text,
        precision as "date_precision": Text,
        area: Plain,
        place_name: Plain,
        actors: Plain,
        casualties: Json,
        narrative: Plain,
        language: Plain,
        sources: Json,
    }
    spread { verification: VerificationColumns, }
    also {
        "first_day" = |this: &Self| this.span().0,
        "last_day" = |this: &Self| this.span().1,
        "publishers" = |this: &Self| publishers(&this.sources),
    }
}

/// The incidents of these areas that can have happened in a period, one by one by id, after one id.
pub fn each<'a>(
    db: &'a mut PgConnection,
    mission: &'a MissionId,
    areas: &'a [String],
    period: Period,
    after: &'a str,
) -> impl Stream<Item = Result<Occurrence, Error>> + Send + 'a {
    sqlx::query_as!(
        Row,
        r#"select mission, id, revision, kind, area, first_day, last_day,
            casualties as "casualties: Json<Vec<Casualties>>", publishers, verification,
            verification_note, verified_at
        from reporting.incidents
        where mission = $1 and area = any($2) and first_day < $3 and $4 <= last_day and $5 < id
        order by id"#,
        mission.as_str(),
        areas,
        period.end(),
        period.start(),
        after,
    )
    .fetch(db)
    .map_err(Error::from)
    .and_then(|row| std::future::ready(Occurrence::try_from(row)))
}

struct Row {
    mission: String,
    id: String,
    revision: i64,
    kind: String,
    area: String,
    first_day: Date,
    last_day: Date,
    casualties: Json<Vec<Casualties>>,
    publishers: String,
    verification: String,
    verification_note: String,
    verified_at: Option<OffsetDateTime>,
}

impl TryFrom<Row> for Occurrence {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let misfit = || Error::Corrupt { table: TABLE, value: row.id.clone() };
        let verification = verification(&row.verification, row.verification_note, row.verified_at);
        Ok(Self {
            verification: verification.ok_or_else(misfit)?,
            mission: MissionId::trusted(row.mission),
            id: Id::trusted(row.id),
            revision: row.revision,
            kind: word(TABLE, &row.kind)?,
            area: row.area,
            first_day: row.first_day,
            last_day: row.last_day,
            casualties: row.casualties.0,
            publishers: row.publishers,
        })
    }
}

/// How far an incident has been looked into, as columns hold it; `None` where they fit no state.
fn verification(word: &str, note: String, at: Option<OffsetDateTime>) -> Option<Verification> {
    match (word, &*note, at) {
        ("unverified", "", None) => Some(Verification::Unverified),
        (word, _, Some(at)) => {
            let outcome = word.parse().ok()?;
            Some(Verification::Found(Finding { outcome, note, at }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_verification_stands_with_its_own_columns_only() {
        let at = Some(datetime!(2024-03-09 12:00 UTC));
        let table = [
            // The word    nothing found  found  a note alone
            ("unverified", [true, false, false]),
            ("verified", [false, true, false]),
            ("unverifiable", [false, true, false]),
            ("rejected", [false, true, false]),
            ("lost", [false, false, false]),
        ];
        let columns = [("", None), ("two sources", at), ("two sources", None)];
        for (word, fits) in table {
            for ((note, at), fits) in columns.into_iter().zip(fits) {
                let read = verification(word, note.to_owned(), at);
                let expected = fits.then_some(word);
                assert_eq!(read.as_ref().map(Verification::word), expected, "{note} {at:?}");
            }
        }
    }
}
