//! How far the deployment service has been followed.

use muster_values::MissionId;
use time::OffsetDateTime;
use uuid::Uuid;

/// How far one mission's feed has been followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub mission: MissionId,
    pub epoch: Uuid,
    pub position: i64,
    pub applied_at: OffsetDateTime,
}

/// A change of a resource that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedChange {
    /// Its place among all that were parked.
    pub sequence: i64,
    pub name: String,
    pub revision: i64,
    pub position: i64,
    pub reason: String,
}

/// How far one mission's feed has been followed, and what waits.
#[derive(Debug)]
pub struct LinkStatus {
    pub mission: MissionId,
    /// `None` for a mission that was not heard of.
    pub cursor: Option<Cursor>,
    pub parked: i64,
}
