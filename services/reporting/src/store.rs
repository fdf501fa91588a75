//! SQL on this service's schema. Every function takes a connection: whoever decides, commits.

pub mod link;
pub mod deployment;
pub mod incidents;
pub mod figures;
pub mod assessments;
pub mod statements;
pub mod timeline;
pub mod reports;

use muster_service::Schema;
use sqlx::migrate::Migrator;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The schema that is this service's own.
pub const SCHEMA: Schema = Schema {
    name: "reporting",
    migrations: &MIGRATIONS,
    privileges: include_str!("../privileges.sql"),
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("{table} holds {value:?}, which makes no sense")]
    Corrupt { table: &'static str, value: String },
}
