use muster_service::{table, table::Arguments};
use muster_values::{MissionId, Stored};
use sqlx::PgConnection;
use time::Date;

use super::Error;
use crate::domain::statement::Statement;

table! {
    Statement in "reporting.statements" by ["mission", "id"] {
        speaker: Plain,
        text as "words": Plain,
        language: Plain,
        verbatim: Plain,
        stated_on: Text,
        precision as "date_precision": Text,
        occasion: Plain,
        numbers: Json,
        sources: Json,
    }
    also {
        "first_day" = |this: &Self| this.stated_on.first_day(),
        "last_day" = |this: &Self| this.stated_on.last_day(),
    }
}

/// What was said between two days, both included, oldest first.
pub async fn between(
    db: &mut PgConnection,
    mission: &MissionId,
    (first, last): (Date, Date),
) -> Result<Vec<Stored<Statement>>, Error> {
    let rest = "where mission = $1 and first_day <= $3 and $2 <= last_day order by first_day, id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(first)?;
        arguments.add(last)
    };
    Ok(table::select(db, rest, bind).await?)
}
