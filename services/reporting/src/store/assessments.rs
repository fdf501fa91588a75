use muster_service::{table, table::Arguments};
use muster_values::{MissionId, Stored};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use crate::domain::assessment::Assessment;

table! {
    Assessment in "reporting.assessments" by ["mission", "id"] {
        area: Plain,
        place_name: Plain,
        controller: Plain,
        controller_kind: Text,
        share: Json,
        assessed_on: Text,
        precision as "date_precision": Text,
        confidence: OptionalText,
        source: Json,
        note: Plain,
    }
}

/// Every assessment of a mission that was recorded by a moment, by id.
pub async fn known(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: OffsetDateTime,
) -> Result<Vec<Stored<Assessment>>, Error> {
    let rest = "where mission = $1 and created_at <= $2 order by id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(as_of)
    };
    Ok(table::select(db, rest, bind).await?)
}
