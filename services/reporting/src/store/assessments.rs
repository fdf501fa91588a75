use muster_service::{table, table::Arguments, table::QuantityColumns};
use muster_values::{MissionId, Stored};
use sqlx::PgConnection;

use super::Error;
use crate::domain::assessment::Assessment;

table! {
    Assessment in "reporting.assessments" by ["mission", "id"] {
        area: Plain,
        place_name: Plain,
        controller: Plain,
        controller_kind: Text,
        assessed_on: Text,
        precision as "date_precision": Text,
        confidence: OptionalText,
        source: Json,
        note: Plain,
    }
    spread { share: QuantityColumns, }
}

/// The assessments of these areas as they are now, by id.
pub async fn about(
    db: &mut PgConnection,
    mission: &MissionId,
    areas: &[String],
) -> Result<Vec<Stored<Assessment>>, Error> {
    let rest = "where mission = $1 and area = any($2) order by id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(areas)
    };
    Ok(table::select(db, rest, bind).await?)
}
