use muster_service::table;
use muster_values::MissionId;
use sqlx::PgConnection;

use super::Error;
use crate::domain::mission::Mission;

table! {
    Mission in "deployment.missions" by ["mission"] {
        display_name: Plain,
        host_country: Plain,
        purpose: Plain,
        requirements: Json,
        zone as "time_zone": Text,
    }
}

/// Holds a mission until the transaction ends, so that everything that counts people of the whole
/// mission is decided one after the other; false where there is none.
pub async fn hold(db: &mut PgConnection, mission: &MissionId) -> Result<bool, Error> {
    let held = sqlx::query_scalar!(
        "select mission from deployment.missions where mission = $1 for no key update",
        mission.as_str(),
    );
    Ok(held.fetch_optional(db).await?.is_some())
}
