use muster_service::history::Revision;
use muster_values::{MissionId, Zone};
use sqlx::PgConnection;

use crate::{
    convert,
    domain::deployment::Resource,
    store::{self, deployment},
};

/// The time zone of a mission's place, as it is known now: days are cut alike whatever moment is
/// asked for.
pub async fn of_mission(db: &mut PgConnection, mission: &MissionId) -> Result<Zone, store::Error> {
    let name = mission.name();
    let found = deployment::get_all(db, mission, std::slice::from_ref(&name)).await?;
    let kept = |revision: &Revision| convert::deployment::kept(&revision.message).ok()?;
    Ok(match found.first().and_then(kept) {
        Some(Resource::Mission(mission)) => mission.zone,
        _ => Zone::UTC,
    })
}
