//! Arguments that every command takes: where the services are, and the format of its output.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How the services are found.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Finding the services")]
pub struct Access {
    /// The folder of `muster up`; the services it runs are found by it
    #[arg(long, env = "MUSTER_DATA_DIR", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,

    /// Where the deployment service answers, such as http://127.0.0.1:50051
    #[arg(long, env = "MUSTER_DEPLOYMENT_URL", value_name = "URL", global = true)]
    pub deployment: Option<String>,

    /// Where the reporting service answers, such as http://127.0.0.1:50052
    #[arg(long, env = "MUSTER_REPORTING_URL", value_name = "URL", global = true)]
    pub reporting: Option<String>,

    /// The file with the token to show the services
    #[arg(long, env = "MUSTER_TOKEN_FILE", value_name = "FILE", global = true)]
    pub token_file: Option<PathBuf>,
}

/// For whom the output is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}
