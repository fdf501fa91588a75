use muster_service::{table, table::Arguments};
use muster_values::{Id, MissionId, Stored};
use sqlx::PgConnection;

use super::Error;
use crate::domain::readiness::ReadinessCheck;

table! {
    ReadinessCheck in "deployment.readiness_checks" by ["mission", "contingent", "id"] {
        kind: Text,
        passed: Plain,
        checked_at: Plain,
        place: Plain,
        official: Plain,
        note: Plain,
        sources: Json,
    }
}

/// Every check of a contingent.
pub async fn of_contingent(
    db: &mut PgConnection,
    mission: &MissionId,
    contingent: &Id,
) -> Result<Vec<Stored<ReadinessCheck>>, Error> {
    let rest = "where mission = $1 and contingent = $2 order by id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(contingent.as_str())
    };
    table::select(db, rest, bind).await
}
