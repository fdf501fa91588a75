//! Where the services are, and which token to show them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::{
    cli::Access,
    client::{self, Client},
    places::DataDir,
};

/// What `muster up` leaves for the other commands, in `client.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Settings {
    pub deployment: String,
    pub reporting: String,
    pub token_file: PathBuf,
}

impl Settings {
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        // Moved into its place, so that nobody ever reads half of it.
        let whole = || -> io::Result<()> {
            let mut unfinished = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(file))?;
            serde_json::to_writer_pretty(&mut unfinished, self)?;
            unfinished.persist(file)?;
            Ok(())
        };
        whole().with_context(|| format!("cannot write {}", file.display()))
    }

    fn read(file: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(file).with_context(|| {
            let file = file.display();
            format!(
                "cannot read {file}; start the services with `muster up`, or say where they are \
                 with --data-dir, or with --deployment, --reporting and --token-file"
            )
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))
    }
}

/// Opens the channels that the flags, or else the last `muster up`, speak of.
pub async fn connect(access: &Access) -> anyhow::Result<Client> {
    let (deployment, reporting, token_file) = match access.clone() {
        Access { deployment: Some(deployment), reporting: Some(reporting), token_file, .. } => {
            (deployment, reporting, token_file)
        }
        given => {
            let found = Settings::read(&DataDir::choose(given.data_dir)?.client_file())?;
            (
                given.deployment.unwrap_or(found.deployment),
                given.reporting.unwrap_or(found.reporting),
                given.token_file.or(Some(found.token_file)),
            )
        }
    };
    let token = token_file.as_deref().map(read_token).transpose()?;
    let open = async |service, url: String| {
        let channel = client::connect(service, &url).await;
        channel.with_context(|| {
            format!("cannot reach the {service} service at {url} (is `muster up` running?)")
        })
    };
    Ok(Client::new(
        open("deployment", deployment).await?,
        open("reporting", reporting).await?,
        token.as_deref(),
    ))
}

fn read_token(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read the token in {}", file.display()))
}
