//! Wire to domain may fail and names the field; domain to wire never fails. Nothing else sees
//! both.

pub mod missions;
pub mod areas;
pub mod partners;
pub mod mandates;
pub mod pledges;
pub mod contingents;
pub mod checks;
pub mod headcount;
pub mod movements;
pub mod sites;
pub mod claims;
pub mod strength;

use muster_service::{AtField, FieldViolation};
use muster_values::MissionId;

/// Reads a mission's name from the field `field`.
pub fn mission(name: &str, field: &str) -> Result<MissionId, FieldViolation> {
    MissionId::parse(name).at(field)
}
