//! Measures the services against what limits them, each benchmark with its baseline in one run.

mod serve;
mod process;
mod world;
mod fill;
mod measure;
mod pgbench;
mod echo;
mod read;
mod recorded;
mod transition;
mod feed;
mod watch;
mod overload;
mod situation;
mod disk;
mod visible;
mod explain;
mod idle;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::measure::Plan;

#[derive(Parser)]
#[command(about)]
struct Program {
    #[command(subcommand)]
    benchmark: Benchmark,
}

#[derive(Subcommand)]
enum Benchmark {
    /// The health check through all layers, against a bare tonic server's
    Echo(Plan),
    /// A contingent read by 64 callers, against pgbench reading the same rows
    Read(Plan),
    /// A contingent's step by 32 callers over 16 missions, against pgbench running the same SQL
    Transition(Plan),
    /// The reporting service catching up on a feed, against a plain program
    Feed {
        #[command(flatten)]
        plan: Plan,

        /// How many changes there are to catch up on
        #[arg(long, default_value_t = 100_000)]
        changes: usize,
    },
    /// 1,000 and 10,000 watchers on few connections
    Watch {
        /// How often each number of watchers is measured
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
    /// Five times more calls than can be answered
    Overload(Plan),
    /// 32 situations at once over 50,000 incidents, beside writers
    Situation {
        /// How often it is measured, of what is known and of what was known
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
    /// From the answer of a write until a read of the other service shows it, at 100 a second
    Visible(Plan),
    /// What an incident takes on disk, its history and the feed with it
    Disk {
        /// How many are recorded
        #[arg(long, default_value_t = 20_000)]
        incidents: usize,
    },
    /// The plans of all that reads over a million rows
    Explain,
    /// The memory of services that nobody calls
    Idle,
    /// Runs what is measured; the benchmarks call this themselves
    #[command(subcommand, hide = true)]
    Serve(Box<serve::Serve>),
}

fn main() -> ExitCode {
    match run(Program::parse().benchmark) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(benchmark: Benchmark) -> anyhow::Result<()> {
    match benchmark {
        Benchmark::Echo(plan) => echo::run(plan).await,
        Benchmark::Read(plan) => read::run(plan).await,
        Benchmark::Transition(plan) => transition::run(plan).await,
        Benchmark::Feed { plan, changes } => feed::run(plan, changes).await,
        Benchmark::Watch { rounds } => watch::run(rounds).await,
        Benchmark::Overload(plan) => overload::run(plan).await,
        Benchmark::Situation { rounds } => situation::run(rounds).await,
        Benchmark::Visible(plan) => visible::run(plan).await,
        Benchmark::Disk { incidents } => disk::run(incidents).await,
        Benchmark::Explain => explain::run().await,
        Benchmark::Idle => idle::run().await,
        Benchmark::Serve(service) => serve::run(*service).await,
    }
}
