use muster_service::{context::AsOf, history::OWN, history::Revision};
use muster_values::MissionId;
use sqlx::PgConnection;

use super::Error;

/// What strength is made from.
const COLLECTIONS: [&str; 7] = [
    "partners",
    "mandates",
    "pledges",
    "contingents",
    "contingents/headcountEntries",
    "movements",
    "strengthClaims",
];

/// The revisions that hold of everything that a mission's strength is made from.
pub async fn revisions(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: AsOf,
) -> Result<Vec<Revision>, Error> {
    OWN.all(db, mission, &COLLECTIONS, as_of).await
}
