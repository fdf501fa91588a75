//! This program as one of the services, so that a real process can be killed, stopped and told
//! to go wrong.

use std::{
    io::{BufRead, Write},
    time::Duration,
};

use anyhow::Context;
use muster_deployment::Deployment;
use muster_reporting::Reporting;
use muster_service::{
    Clock, Database, ServiceConfig, Shutdown, fault, feed, rules, run::Service, telemetry,
};

/// What a line that is for the parent begins with.
pub const SAYS: &str = "faults: ";

/// Which service to be.
#[derive(clap::Subcommand)]
pub enum Part {
    Deployment(muster_deployment::Config),
    Reporting(muster_reporting::Config),
}

pub async fn serve(part: Part) -> anyhow::Result<()> {
    match part {
        Part::Deployment(config) => run::<Deployment>(config, "deployment").await,
        Part::Reporting(config) => run::<Reporting>(config, "reporting").await,
    }
}

async fn run<S: Service>(config: S::Config, schema: &'static str) -> anyhow::Result<()> {
    let common = config.as_ref();
    let _writing = telemetry::init(common.log_format, &common.log)?;
    rules::prepare()?;
    let shutdown = Shutdown::on_signal(common.grace)?;
    S::migrate(&config).await?;
    let database = common.clone();
    let service = S::start(config, Clock::System).await?;
    std::thread::spawn(move || obey(|| compact(&database, schema)));
    say(&service.address().to_string());
    service.run(shutdown).await
}

/// Drops every change from the feeds, as time would.
fn compact(config: &ServiceConfig, schema: &'static str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let database = Database::connect(config, schema, Clock::System).await?;
        feed::compact(&database, Clock::System.now() + Duration::from_hours(24)).await?;
        database.close().await;
        Ok(())
    })
}

/// Does what the parent asks, one line each, until the parent is gone.
fn obey(compact: impl Fn() -> anyhow::Result<()>) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split(' ').collect();
        let done = match words[..] {
            ["arm", point, whom] => {
                fault::arm(point, whom);
                Ok(())
            }
            ["shift", seconds] => {
                seconds.parse().map(fault::shift_clock).context("no number of seconds")
            }
            ["compact"] => compact(),
            ["deliver", disorder] => disorder.parse().map(fault::deliver).context("no number"),
            _ => Err(anyhow::anyhow!("not understood")),
        };
        say(&done.map_or_else(|error| format!("{line}: {error}"), |()| "done".to_owned()));
    }
    std::process::exit(1);
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    // Where the parent is gone there is nobody left to be told.
    let _ = writeln!(out, "{SAYS}{what}").and_then(|()| out.flush());
}
