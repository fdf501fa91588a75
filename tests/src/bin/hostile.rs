//! Sends spoilt requests to every method of both services, and tells what came of it:
//! `cargo run --release -p muster-tests --bin hostile -- --seed 7 --requests 10000`.

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use muster_service::telemetry::{self, LogFormat};
use muster_tests::{
    World,
    hostile::{self, Figures},
};

#[derive(Parser)]
struct Arguments {
    /// What is sent depends on this alone
    #[arg(long, default_value_t = 7)]
    seed: u64,

    /// How many requests each method gets
    #[arg(long, default_value_t = 10_000)]
    requests: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { seed, requests } = Arguments::parse();
    // What the services say of a fault of theirs tells what it was.
    let _writing = telemetry::init(LogFormat::Text, "error")
        .inspect_err(|error| eprintln!("hostile: {error:#}"));
    println!("seed {seed}");
    let started = Instant::now();
    let world = World::start().await;
    let report = hostile::attack(&world, seed, requests).await;
    println!("{:>7} {:>8} {:>8}  method: refusals by reason", "sent", "refused", "accepted");
    for (method, figures) in &report.methods {
        print(method, figures);
    }
    print("of these by contributors", &report.contributors);
    for violation in report.violations.iter().take(20) {
        println!("\nseed {seed}: {violation}");
    }
    let (methods, all) = (report.methods.len(), report.requests());
    let seconds = started.elapsed().as_secs_f64();
    println!("\n{seconds:.0} s");
    println!("hostile {methods} rpcs {all} requests {} violations", report.violations.len());
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(whose: &str, figures: &Figures) {
    let refused = figures.sent - figures.accepted;
    let reasons: Vec<String> =
        figures.refused.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    let (sent, accepted) = (figures.sent, figures.accepted);
    println!("{sent:>7} {refused:>8} {accepted:>8}  {whose}: {}", reasons.join(", "));
}
