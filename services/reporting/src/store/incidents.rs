//! What situations count of incidents, as they are now; the whole of each revision is in the history.

use futures::{Stream, TryStreamExt};
use muster_values::{Id, MissionId, Period};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, word};
use crate::domain::{
    incident::{Casualties, Finding, Incident, Verification},
    situation::Occurrence,
};

const TABLE: &str = "incidents";

/// Stores an incident that is new, or one that went one revision further; false where its id is
/// taken, or another call was faster.
pub async fn put(db: &mut PgConnection, incident: &Incident) -> Result<bool, Error> {
    let counted = Occurrence::from(incident);
    let finding = incident.verification.finding();
    let stored = sqlx::query!(
        "insert into reporting.incidents as present
            (mission, id, revision, kind, area, first_day, last_day, casualties, publishers,
            verification, verification_note, verified_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        on conflict (mission, id) do update
        set revision = excluded.revision, kind = excluded.kind, area = excluded.area,
            first_day = excluded.first_day, last_day = excluded.last_day,
            casualties = excluded.casualties, publishers = excluded.publishers,
            verification = excluded.verification,
            verification_note = excluded.verification_note, verified_at = excluded.verified_at
        where present.revision + 1 = excluded.revision",
        incident.mission.as_str(),
        incident.id.as_str(),
        incident.revision,
        incident.kind.as_str(),
        incident.area,
        counted.first_day,
        counted.last_day,
        Json(&incident.casualties) as _,
        counted.publishers,
        incident.verification.word(),
        finding.map_or("", |finding| &finding.note),
        finding.map(|finding| finding.at),
    )
    .execute(db)
    .await?;
    Ok(stored.rows_affected() == 1)
}

/// Holds an incident until the transaction ends, so that two callers cannot both decide on the same
/// revision; false where there is none.
pub async fn lock(db: &mut PgConnection, mission: &MissionId, id: &Id) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        "select revision from reporting.incidents where mission = $1 and id = $2 for update",
        mission.as_str(),
        id.as_str(),
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
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
