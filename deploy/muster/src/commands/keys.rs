//! `muster keys`: the key and the tokens of services that run elsewhere.

use std::path::PathBuf;

use clap::Args;
use muster_service::Clock;

use crate::{keys::KeyFiles, terminal};

/// What `muster keys` takes.
#[derive(Debug, Args)]
pub struct Keys {
    /// The folder to write to; a key that is there is kept, tokens are made anew for 30 days
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Keys {
    pub fn run(self) -> anyhow::Result<()> {
        let files = KeyFiles::make(&self.out, &Clock::System, Vec::new())?;
        terminal::print(&format!(
            "public keys      {}\noperator token   {}\nreporting token  {}\nof each role     {}\n",
            files.public_keys().display(),
            files.operator_token().display(),
            files.reporting_token().display(),
            files.role_token("ROLE").display(),
        ))
    }
}
