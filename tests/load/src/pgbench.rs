//! Postgres' own load program, which costs next to nothing itself.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    measure::{Plan, Sample, percentile},
    world::World,
};

/// One line of its log in so many: enough for percentiles, too few to slow it down.
const SAMPLING: &str = "0.1";

/// Runs a script by so many clients, each with a connection and prepared statements of its own.
pub async fn run(
    world: &World,
    plan: Plan,
    clients: usize,
    script: &str,
) -> anyhow::Result<Sample> {
    run_with(world, plan, clients, script, &[]).await
}

/// The same with more options.
pub async fn run_with(
    world: &World,
    plan: Plan,
    clients: usize,
    script: &str,
    options: &[String],
) -> anyhow::Result<Sample> {
    let folder = TempDir::new()?;
    let file = folder.path().join("script.sql");
    fs::write(&file, script)?;
    let output = Command::new(program())
        .current_dir(folder.path())
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log"])
        .arg(format!("--sampling-rate={SAMPLING}"))
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", plan.seconds))
        .args(options)
        .arg("--file")
        .arg(&file)
        .arg(world.url("deployment"))
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() && !complaint.contains("ERROR"), "pgbench: {complaint}");
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = rate.and_then(|line| line.split(' ').next()).context("pgbench says no rate")?;
    let mut took = latencies(&folder)?;
    took.sort_unstable();
    Ok(Sample { per_second: rate.parse()?, p50: percentile(&took, 50), p99: percentile(&took, 99) })
}

/// The third word of each line of its logs is the time in microseconds.
fn latencies(folder: &TempDir) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for entry in fs::read_dir(folder.path())? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pgbench_log")) {
            let text = fs::read_to_string(path)?;
            let words = text.lines().filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            took.extend(words.map(Duration::from_micros));
        }
    }
    Ok(took)
}

/// The newest on this machine: it stands beside the server, mostly not on the path.
fn program() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin/pgbench"))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| "pgbench".into())
}
