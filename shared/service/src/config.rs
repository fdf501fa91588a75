//! What an operator can set of every service.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use crate::telemetry::LogFormat;

/// Settings of every service; each has a flag and an environment variable.
#[derive(Clone, Debug, clap::Args)]
pub struct ServiceConfig {
    /// Where to answer gRPC requests
    #[arg(long, env = "MUSTER_LISTEN", default_value = "127.0.0.1:50051")]
    pub listen: SocketAddr,

    /// The Postgres database that holds this service's schema
    #[arg(long, env = "MUSTER_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,

    /// The same database as the role that owns the schema: `migrate` needs it, and a service that
    /// has it migrates when it starts. The other role then runs the service, and may change nothing
    /// that is kept for ever
    #[arg(long, env = "MUSTER_OWNER_DATABASE_URL", hide_env_values = true)]
    pub owner_database_url: Option<String>,

    /// How many connections to the database may be open at once
    #[arg(long, env = "MUSTER_DATABASE_CONNECTIONS", default_value_t = 16)]
    pub database_connections: u32,

    /// How many calls may be in progress at once, and eight times as many reads by name; where none
    /// is given, twice the connections
    #[arg(long, env = "MUSTER_CALLS_AT_ONCE")]
    pub calls_at_once: Option<usize>,

    /// The public keys (JWK set) that callers' tokens are checked with
    #[arg(long, env = "MUSTER_JWKS_FILE")]
    pub jwks_file: Option<PathBuf>,

    /// Let every caller do everything; only on a loopback address
    #[arg(long, env = "MUSTER_INSECURE", conflicts_with = "jwks_file")]
    pub insecure: bool,

    /// The longest a call may take, in seconds, unless its caller asks for less
    #[arg(long, env = "MUSTER_CALL_LIMIT_SECONDS", default_value = "30", value_parser = seconds)]
    pub call_limit: Duration,

    /// How long to go on taking calls after saying that this service stops, in seconds, so that
    /// balancers notice; 0 where none asks for its health
    #[arg(long, env = "MUSTER_NOTICE_SECONDS", default_value = "2", value_parser = seconds_or_none)]
    pub notice: Duration,

    /// How long running calls may take to finish on shutdown after that, in seconds
    #[arg(long, env = "MUSTER_GRACE_SECONDS", default_value = "10", value_parser = seconds)]
    pub grace: Duration,

    /// How many days changes are kept in the feed; without it, for ever. Of older ones only the
    /// last state of each resource is kept, and followers that are further behind read that
    #[arg(long, env = "MUSTER_KEEP_CHANGES_DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub keep_changes_days: Option<u32>,

    /// How log lines look
    #[arg(long, env = "MUSTER_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// Which log lines are written, such as "info" or "muster_service=debug"
    #[arg(long, env = "MUSTER_LOG", default_value = "info")]
    pub log: String,
}

impl ServiceConfig {
    /// How long changes are kept in the feed, where there is a limit.
    pub fn keep_changes(&self) -> Option<Duration> {
        self.keep_changes_days.map(|days| Duration::from_hours(24) * days)
    }
}

fn seconds_or_none(text: &str) -> Result<Duration, String> {
    if text == "0" { Ok(Duration::ZERO) } else { seconds(text) }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err("must be a whole number of seconds, 1 to 3600".to_owned()),
    }
}
