//! SQL on this service's schema. Every function takes a connection: whoever decides, commits.

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

use muster_service::Schema;
use sqlx::migrate::Migrator;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The schema that is this service's own.
pub const SCHEMA: Schema = Schema {
    name: "deployment",
    migrations: &MIGRATIONS,
    privileges: include_str!("../privileges.sql"),
};

/// Why a query gave no answer.
pub type Error = sqlx::Error;
