//! `muster up`: a database and both services in this process, with a mission to look at.

mod database;
mod services;
mod screen;

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use clap::Args;
use muster_proto::reporting::v1::ReportFormat;
use muster_service::{
    Clock, Shutdown, rules,
    telemetry::{self, LogFormat},
};

use self::{
    database::{Database, Schemas},
    services::Addresses,
};
use super::{load, missions, report};
use crate::{
    access::Access,
    client::{self, Client},
    keys::KeyFiles,
    markdown,
    places::DataDir,
    progress::Progress,
    roles::{self, Crew},
    scenario::{Loader, Scenario},
    settings::Settings,
    terminal::{self, Terminal},
};

/// The sample: in the program, so that it needs no file.
const SAMPLE: &str = include_str!("../../../scenarios/haiti-mss.toml");
const SAMPLE_NAME: &str = "the sample scenario";

/// How long running calls may take to finish when everything stops.
const GRACE: Duration = Duration::from_secs(10);

/// How often the tokens are made anew; they are good for much longer.
const RENEWAL: Duration = Duration::from_hours(24);

/// What `muster up` takes.
#[derive(Debug, Args)]
pub struct Up {
    /// The deployment service answers here, the reporting service on the next port; unless given,
    /// 50051 and 50052, or a free one where that is taken
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..65535))]
    port: Option<u16>,

    /// The mission to load, in place of the sample
    #[arg(long, value_name = "FILE", conflicts_with = "no_scenario")]
    scenario: Option<PathBuf>,

    /// Load nothing
    #[arg(long)]
    no_scenario: bool,

    /// A Postgres database of your own, in place of a private one in the data directory
    #[arg(long, env = "MUSTER_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,

    /// Which log lines are written, such as "info" or "muster_service=debug"
    #[arg(long, env = "MUSTER_LOG", value_name = "FILTER", default_value = "warn")]
    log: String,

    /// How log lines look
    #[arg(long, env = "MUSTER_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

impl Up {
    pub async fn run(self, access: &Access) -> anyhow::Result<()> {
        let _writing = telemetry::init(self.log_format, &self.log)?;
        rules::prepare()?;
        let scenario = self.scenario()?;
        let data_dir = DataDir::choose(access.data_dir.clone())?;
        let shutdown = Shutdown::on_signal(GRACE)?;
        let opening = Database::open(self.database_url.clone(), data_dir.path());
        let Some(database) = shutdown.unless_asked(opening).await else { return Ok(()) };
        let mut database = database?;
        let schemas = database.schemas();

        let serving = tokio::select! {
            result = self.serve(&data_dir, &schemas, scenario.as_ref(), &shutdown) => result,
            error = database.ended() => Err(error),
        };
        let progress = Progress::begin("stopping");
        shutdown.ask();
        shutdown.finished().await;
        let closed = database.close().await;
        serving?;
        closed.context("the services have stopped")?;
        progress.done("Stopped; the data are kept");
        Ok(())
    }

    fn scenario(&self) -> anyhow::Result<Option<Scenario>> {
        match &self.scenario {
            _ if self.no_scenario => Ok(None),
            Some(file) => load::read(file).map(Some),
            None => load::parse(SAMPLE_NAME, SAMPLE).map(Some),
        }
    }

    /// Runs the services until shutdown is asked for; what they show comes in between.
    async fn serve(
        &self,
        data_dir: &DataDir,
        schemas: &Schemas,
        scenario: Option<&Scenario>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<()> {
        let contributors = scenario.map(roles::contributors).unwrap_or_default();
        let keys = KeyFiles::make(&data_dir.keys(), &Clock::System, contributors)?;
        let progress = Progress::begin("starting the services");
        let starting = services::start(self, schemas, &keys, shutdown);
        let Some(running) = shutdown.unless_asked(starting).await else { return Ok(()) };
        let (addresses, mut failed) = running?;
        progress.done("Deployment and reporting service ready");
        shutdown.spawn(renew(keys.clone(), shutdown.clone()));

        let showing = self.show(data_dir, &addresses, schemas, &keys, scenario);
        tokio::select! {
            shown = shutdown.unless_asked(showing) => {
                // Calls that were cut off by the stop are no failure.
                shown.filter(|_| !shutdown.is_asked()).unwrap_or(Ok(()))?;
            }
            error = failed.recv() => return error.map_or(Ok(()), Err),
        }
        tokio::select! {
            () = shutdown.asked() => Ok(()),
            error = failed.recv() => error.map_or(Ok(()), Err),
        }
    }

    /// Loads the mission and prints its report, and how to go on from there.
    async fn show(
        &self,
        data_dir: &DataDir,
        addresses: &Addresses,
        schemas: &Schemas,
        keys: &KeyFiles,
        scenario: Option<&Scenario>,
    ) -> anyhow::Result<()> {
        let settings = Settings {
            deployment: addresses.deployment(),
            reporting: addresses.reporting(),
            token_file: keys.operator_token(),
            seen_from: Settings::moments(data_dir, scenario),
        };
        let client = Client::new(
            client::connect("deployment", &settings.deployment).await?,
            client::connect("reporting", &settings.reporting).await?,
            Some(&std::fs::read_to_string(&settings.token_file)?),
        );
        settings.write(&data_dir.client_file())?;
        if let Some(scenario) = scenario {
            load_by_roles(&settings, keys, scenario).await?;
        }
        let terminal = Terminal::stdout();
        if let Some(document) = document(&client, scenario).await? {
            terminal::print(&format!("\n{}", markdown::styled(&document, terminal)))?;
        }
        let missions = missions::names(&client).await?;
        terminal::print(&screen::how_to_go_on(
            terminal,
            data_dir,
            &settings,
            &schemas.version,
            &missions,
        ))
    }
}

/// Loads the mission, each call as the role or the partner's contributor that it needs. What is
/// there with other content is told and left: a newer program has a newer sample, and that must not
/// keep anyone from their data.
async fn load_by_roles(
    settings: &Settings,
    keys: &KeyFiles,
    scenario: &Scenario,
) -> anyhow::Result<()> {
    let crew = Crew::connect(settings, keys).await?;
    let loader = Loader::with(|method, partner| crew.caller(method, partner));
    let summary = load::load(loader, scenario).await?;
    if let Some(differences) = load::told(&summary) {
        eprintln!("{differences}");
    }
    Ok(())
}

/// Keeps the tokens good for as long as the services run.
async fn renew(keys: KeyFiles, shutdown: Shutdown) {
    while shutdown.unless_asked(tokio::time::sleep(RENEWAL)).await.is_some() {
        if let Err(error) = keys.renew(&Clock::System) {
            tracing::warn!(error = format!("{error:#}"), "cannot renew the tokens");
        }
    }
}

/// The report to show: of the mission that was loaded, or else of the only one.
async fn document(client: &Client, scenario: Option<&Scenario>) -> anyhow::Result<Option<String>> {
    let mission = match scenario {
        Some(scenario) => missions::full_name(scenario.mission()),
        None => match missions::names(client).await?.as_slice() {
            [only] => only.clone(),
            _ => return Ok(None),
        },
    };
    match report::newest(client, &mission).await? {
        Some(name) => report::render(client, name, ReportFormat::Markdown).await.map(Some),
        None => Ok(None),
    }
}
