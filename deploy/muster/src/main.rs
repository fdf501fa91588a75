use std::process::ExitCode;

use clap::Parser;
use muster::{cli::Program, refusal};

#[tokio::main]
async fn main() -> ExitCode {
    match Program::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has read enough.
        Err(error) if refusal::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("muster: {}", refusal::explain(&error));
            ExitCode::FAILURE
        }
    }
}
