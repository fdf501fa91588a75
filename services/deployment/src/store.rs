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

use std::str::FromStr;

use sqlx::migrate::Migrator;

pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// The schema that is this service's own.
pub const SCHEMA: &str = "deployment";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("{table} holds {value:?}, which makes no sense")]
    Corrupt { table: &'static str, value: String },
}

/// Reads a word that a column holds.
fn word<T: FromStr>(table: &'static str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|_| Error::Corrupt { table, value: value.to_owned() })
}
