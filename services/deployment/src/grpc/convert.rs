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

use muster_service::{
    AtField, FieldViolation, Id, MissionId, Refusal,
    name::{self},
    page::Page,
};

/// Reads a mission's name from the field `field`.
pub fn mission(name: &str, field: &str) -> Result<MissionId, FieldViolation> {
    MissionId::parse(name).at(field)
}

/// Reads the field `name`: a resource in one of the mission's collections.
pub fn child(name: &str, collection: &str) -> Result<(MissionId, Id), FieldViolation> {
    name::child(name, collection).at("name")
}

/// Reads the field `parent`: a contingent.
pub fn contingent(parent: &str) -> Result<(MissionId, Id), FieldViolation> {
    name::child(parent, "contingents").at("parent")
}

/// Reads the page that is asked for; `list` is what is listed, so that a page's token is good
/// for nothing else.
pub fn page(size: i32, token: &str, list: &str) -> Result<Page, Refusal> {
    Page::read(size, token, list)
}
