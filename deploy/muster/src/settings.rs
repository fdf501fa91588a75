//! Where the services are, and which token to show them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use muster_values::Zone;
use prost_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    access::Access,
    client::{self, Client},
    places::DataDir,
    scenario::Scenario,
    words::{self, Moment},
};

/// What `muster up` leaves for the other commands, in `client.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Settings {
    pub deployment: String,
    pub reporting: String,
    pub token_file: PathBuf,
    /// The moment from which each mission is best seen, as RFC 3339, where a scenario says so.
    #[serde(default)]
    pub seen_from: BTreeMap<String, String>,
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

    /// The moments of the missions that were loaded before, and that of this scenario.
    pub fn moments(data_dir: &DataDir, scenario: Option<&Scenario>) -> BTreeMap<String, String> {
        let before = Self::read(&data_dir.client_file()).ok();
        let mut moments = before.map(|before| before.seen_from).unwrap_or_default();
        let moment = scenario.and_then(|scenario| Some((scenario, scenario.seen_from()?)));
        if let Some((scenario, moment)) = moment {
            let name = format!("missions/{}", scenario.mission());
            moments.insert(name, words::moment(Some(&moment)));
        }
        moments
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

/// Keeps the scenario's moment where the services are those of `muster up`; those elsewhere are
/// found by their addresses, and nothing is kept of them.
pub fn remember_moment(access: &Access, scenario: &Scenario) -> anyhow::Result<()> {
    if is_elsewhere(access) {
        return Ok(());
    }
    let data_dir = DataDir::choose(access.data_dir.clone())?;
    let file = data_dir.client_file();
    let mut settings = Settings::read(&file)?;
    let moments = Settings::moments(&data_dir, Some(scenario));
    if settings.seen_from == moments {
        return Ok(());
    }
    settings.seen_from = moments;
    settings.write(&file)
}

/// The moment from which a mission is best seen, by the scenario that `muster up` loaded.
pub fn seen_from(access: &Access, mission: &str) -> Option<Timestamp> {
    let data_dir =
        DataDir::choose(access.data_dir.clone()).ok().filter(|_| !is_elsewhere(access))?;
    let settings = Settings::read(&data_dir.client_file()).ok()?;
    let moment: Moment = settings.seen_from.get(mission)?.parse().ok()?;
    Some(moment.in_zone(&Zone::UTC))
}

/// Whether both services were named, so that no `muster up` is meant.
fn is_elsewhere(access: &Access) -> bool {
    access.deployment.is_some() && access.reporting.is_some()
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
