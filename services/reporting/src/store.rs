//! SQL on this service's schema. Every function takes a connection: whoever decides, commits.

pub mod link;
pub mod resources;
pub mod incidents;
pub mod figures;
pub mod assessments;
pub mod statements;
pub mod timeline;
pub mod reports;

use std::{fmt, str::FromStr};

use muster_service::Schema;
use sqlx::migrate::Migrator;

pub static MIGRATIONS: Migrator = sqlx::migrate!();

pub static SCHEMA: Schema = muster_service::schema!("reporting");

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("{table} holds {value:?}, which makes no sense")]
    Corrupt { table: &'static str, value: String },
}

impl Error {
    /// Whether the same content would fail again however healthy the database is: it breaks a
    /// constraint (23), is no value of its type (22), or is too large (54).
    pub fn is_of_content(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(error)) => error
                .code()
                .is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class))),
            Self::Database(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
            | Self::Corrupt { .. } => true,
            Self::Database(_) => false,
        }
    }
}

/// Reads a word that a column holds.
fn word<T: FromStr>(table: &'static str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|_| Error::Corrupt { table, value: value.to_owned() })
}

/// Whether a guarded update found its row.
fn updated(table: &'static str, rows: u64, name: impl fmt::Display) -> Result<(), Error> {
    if rows == 1 { Ok(()) } else { Err(Error::Corrupt { table, value: name.to_string() }) }
}
