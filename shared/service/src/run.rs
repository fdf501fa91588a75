//! What `main` does in every service.

use std::{future::Future, net::SocketAddr, process::ExitCode, time::Duration};

use clap::Parser;
use tonic::transport::Endpoint;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{Clock, ServiceConfig, Shutdown, rules, telemetry};

/// A service that can be started and run.
pub trait Service: Sized + Send {
    /// The program's name.
    const NAME: &'static str;

    type Config: clap::Args + AsRef<ServiceConfig> + Send;

    /// Brings the service's schema up to date as its owner; where none is named, it must be so.
    fn migrate(config: &Self::Config) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Takes hold of the database and the port.
    fn start(
        config: Self::Config,
        clock: Clock,
    ) -> impl Future<Output = anyhow::Result<Self>> + Send;

    /// Where the service answers.
    fn address(&self) -> SocketAddr;

    /// Answers until shutdown.
    fn run(self, shutdown: Shutdown) -> impl Future<Output = anyhow::Result<()>> + Send;
}

#[derive(Parser)]
#[command(version)]
struct Program<C: clap::Args> {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    config: C,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Bring the database up to date where its owner is named, then answer requests (the default)
    Serve,
    /// Bring the database up to date, and stop
    Migrate,
    /// Ask the service at the listen address whether it serves; exit 0 if so
    Health,
}

/// Runs a service's program from its arguments and environment.
pub fn main<S: Service>() -> ExitCode {
    let program = Program::<S::Config>::parse();
    match run::<S>(program) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error:#}", S::NAME);
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run<S: Service>(program: Program<S::Config>) -> anyhow::Result<()> {
    let common = program.config.as_ref();
    let _writing = telemetry::init(common.log_format, &common.log)?;
    match program.command.unwrap_or(Command::Serve) {
        Command::Health => health(common.listen).await,
        Command::Migrate => {
            let told = "migrate needs MUSTER_OWNER_DATABASE_URL, the role that owns the schema";
            anyhow::ensure!(common.owner_database_url.is_some(), told);
            S::migrate(&program.config).await
        }
        Command::Serve => {
            rules::prepare()?;
            let shutdown = Shutdown::on_signal(common.grace)?;
            S::migrate(&program.config).await?;
            let result = S::start(program.config, Clock::System).await?.run(shutdown.clone()).await;
            shutdown.ask();
            shutdown.finished().await;
            result
        }
    }
}

/// Asks the service on this machine how it is.
async fn health(listen: SocketAddr) -> anyhow::Result<()> {
    let mut address = listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    let channel = Endpoint::from_shared(format!("http://{address}"))?
        .timeout(Duration::from_secs(3))
        .connect()
        .await?;
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await?;
    let status = answer.into_inner().status();
    anyhow::ensure!(status == ServingStatus::Serving, "the service says {}", status.as_str_name());
    Ok(())
}
