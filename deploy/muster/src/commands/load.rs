//! `muster load`: a scenario file, through the public interface.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use muster_service::rules;
use serde_json::json;

use crate::{
    access::{Access, Output},
    progress::Progress,
    scenario::{Difference, Loader, Scenario, Summary},
    settings,
    terminal::{self, Terminal},
};

/// What `muster load` takes.
#[derive(Debug, Args)]
pub struct Load {
    /// The scenario, in TOML
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Check the file, and call nothing
    #[arg(long)]
    dry_run: bool,

    /// For whom the result is
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Load {
    pub async fn run(self, access: &Access) -> anyhow::Result<()> {
        let scenario = read(&self.file)?;
        if self.dry_run {
            return terminal::print(&planned(&scenario, self.output)?);
        }
        let client = settings::connect(access).await?;
        let summary = load(Loader::new(&client), &scenario).await?;
        settings::remember_moment(access, &scenario)?;
        terminal::print(&made(&scenario, &summary, self.output)?)?;
        match told(&summary) {
            Some(differences) => bail!("{differences}"),
            None => Ok(()),
        }
    }
}

/// Reads and checks a scenario file.
pub fn read(file: &std::path::Path) -> anyhow::Result<Scenario> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    parse(&name, &text)
}

/// Checks a scenario.
pub fn parse(name: &str, text: &str) -> anyhow::Result<Scenario> {
    rules::prepare()?;
    Ok(Scenario::parse(name, text)?)
}

/// Loads a scenario, and shows how far it is.
pub async fn load(loader: Loader<'_>, scenario: &Scenario) -> anyhow::Result<Summary> {
    let progress = Progress::of("loading", scenario.calls().len());
    let summary = loader.load(scenario, |_| progress.step()).await?;
    let mission = scenario.mission();
    progress.done(&match summary.changes() {
        0 if summary.differences.is_empty() => {
            format!("Mission {mission} was loaded before; nothing is new")
        }
        0 => format!("Mission {mission} was loaded before, with other content"),
        changes => format!("Mission {mission} loaded with {changes} calls"),
    });
    Ok(summary)
}

/// Lists the records whose content differs from the file's; `None` where none does.
pub fn told(summary: &Summary) -> Option<String> {
    let lines: Vec<String> = summary.differences.iter().map(Difference::to_string).collect();
    let records = match lines.len() {
        0 => return None,
        1 => "1 record is".to_owned(),
        many => format!("{many} records are"),
    };
    Some(format!("{records} there with other content, and left as it is\n{}", lines.join("\n")))
}

fn planned(scenario: &Scenario, output: Output) -> anyhow::Result<String> {
    let counts = scenario.counts();
    if output == Output::Json {
        let tables: Vec<_> = counts
            .iter()
            .map(|(table, records)| json!({"table": table, "records": records}))
            .collect();
        return document(&json!({"mission": scenario.mission(), "tables": tables}));
    }
    let rows = counts.iter().map(|(table, records)| vec![(*table).to_owned(), records.to_string()]);
    Ok(Terminal::stdout().table(&["table", "records"], rows.collect()))
}

fn made(scenario: &Scenario, summary: &Summary, output: Output) -> anyhow::Result<String> {
    if output == Output::Json {
        return document(&json!({"mission": scenario.mission(), "tables": summary.tables,
            "differences": summary.differences}));
    }
    let rows = summary.tables.iter().map(|row| {
        let numbers = [row.loaded, row.known, row.steps_loaded, row.steps_known, row.different];
        std::iter::once(row.table.clone()).chain(numbers.map(|number| number.to_string())).collect()
    });
    let header = ["table", "loaded", "known", "steps made", "steps known", "different"];
    Ok(Terminal::stdout().table(&header, rows.collect()))
}

fn document(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}
