//! Breaks both services while they work, and checks that they kept their promises.

mod child;
mod process;
mod proxy;
mod world;
mod script;
mod history;
mod caller;
mod workload;
mod watcher;
mod nemesis;
mod evidence;
mod checks;
mod run;
mod mutations;
mod crash;
mod compaction;
mod disk;
mod figures;

use std::{process::ExitCode, time::Duration};

use clap::Parser;

#[derive(Parser)]
#[command(about)]
struct Program {
    #[command(subcommand)]
    command: Option<Command>,

    /// What is done and broken, and in which order, comes from this number
    #[arg(long)]
    seed: Option<u64>,

    /// How long things are broken, at least: each kind of fault has its turn
    #[arg(long, default_value_t = 60)]
    seconds: u64,

    /// Take one safeguard at a time out of a copy of the sources, and see that a check notices; all
    /// of them, or those that are named
    #[arg(long, value_name = "NAME", num_args = 0.., conflicts_with = "crash_points")]
    mutations: Option<Vec<String>>,

    /// Fill the disk that the database is on, again and again; needs root, for a disk of its own
    #[arg(long)]
    disk_full: bool,

    /// Crash every method that changes something at every point of its way
    #[arg(long)]
    crash_points: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Be one of the services; for this program itself
    #[command(hide = true)]
    Serve {
        #[command(subcommand)]
        part: child::Part,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match Program::parse().run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("faults: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Program {
    /// Whether everything held.
    async fn run(self) -> anyhow::Result<bool> {
        if let Some(Command::Serve { part }) = self.command {
            child::serve(part).await?;
            return Ok(true);
        }
        muster_service::rules::prepare()?;
        let seed = self.seed.unwrap_or_else(|| fastrand::u64(..));
        println!("seed {seed}");
        if let Some(names) = &self.mutations {
            return mutations::run(seed, names).await;
        }
        if self.crash_points {
            return crash::all(seed).await;
        }
        let mut plan = run::Plan::new(seed, Duration::from_secs(self.seconds));
        let disk = self.disk_full.then(disk::small).transpose()?;
        if let Some(disk) = &disk {
            let data = Some(disk.folder().to_owned());
            plan.settings = world::Settings { data, ..world::Settings::default() };
            plan.kinds = vec![nemesis::Kind::DiskFull];
        }
        let result = run::run(&plan).await?;
        figures::print(seed, &result);
        let worked = result.events.writes.iter().any(|write| write.done().is_some());
        Ok(worked && result.violations.is_empty())
    }
}
