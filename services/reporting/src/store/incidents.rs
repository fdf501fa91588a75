use futures::{Stream, TryStreamExt};
use muster_service::{
    table, table::Arguments, table::BoxError, table::Codec, table::Json, table::Spread,
    table::misfit, table::parsed,
};
use muster_values::{Id, MissionId, Period};
use sqlx::{PgConnection, Row, postgres::PgRow};
use time::OffsetDateTime;

use super::Error;
use crate::domain::{
    incident::{Finding, Incident, Verification},
    situation::{Occurrence, phrases::publishers},
};

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
    sqlx::query(
        "select mission, id, revision, kind, area, first_day, last_day, casualties, publishers,
            verification, verification_note, verified_at
        from reporting.incidents
        where mission = $1 and area = any($2) and first_day < $3 and $4 <= last_day and $5 < id
        order by id",
    )
    .bind(mission.as_str())
    .bind(areas)
    .bind(period.end())
    .bind(period.start())
    .bind(after)
    .fetch(db)
    .and_then(|row| std::future::ready(occurrence(&row)))
    .map_err(Error::from)
}

fn occurrence(row: &PgRow) -> Result<Occurrence, sqlx::Error> {
    Ok(Occurrence {
        mission: MissionId::trusted(row.try_get::<String, _>("mission")?),
        id: Id::trusted(row.try_get::<String, _>("id")?),
        revision: row.try_get("revision")?,
        kind: parsed(row.try_get("kind")?, "kind")?,
        area: row.try_get("area")?,
        first_day: row.try_get("first_day")?,
        last_day: row.try_get("last_day")?,
        casualties: Json::read(row, "casualties")?,
        publishers: row.try_get("publishers")?,
        verification: VerificationColumns::read(row)?,
    })
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
