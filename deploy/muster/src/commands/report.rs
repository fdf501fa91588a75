//! `muster report`: a situation report as a document.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use muster_proto::reporting::v1::{
    GetSituationReportRequest, ListSituationReportsRequest, RenderSituationReportRequest,
    ReportFormat, SituationReport, situation_report_service_client::SituationReportServiceClient,
};

use super::missions;
use crate::{
    access::Access,
    client::Client,
    json, markdown, settings,
    terminal::{self, Terminal},
};

/// What `muster report` takes.
#[derive(Debug, Args)]
pub struct Report {
    /// The mission; where there is only one, that one
    mission: Option<String>,

    /// The report; the newest one unless given
    #[arg(value_name = "REPORT")]
    which: Option<String>,

    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// The file to write to, in place of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Markdown,
    Html,
    Json,
}

impl Report {
    pub async fn run(self, access: &Access) -> anyhow::Result<()> {
        let client = settings::connect(access).await?;
        let mission = missions::choose(&client, self.mission.as_deref()).await?;
        let name = match self.which {
            Some(report) if report.starts_with("missions/") => report,
            Some(report) => format!("{mission}/situationReports/{report}"),
            None => newest(&client, &mission)
                .await?
                .with_context(|| format!("{mission} has no situation report yet"))?,
        };
        let document = match self.format {
            Format::Json => json::pretty(&get(&client, name).await?)?,
            Format::Markdown => render(&client, name, ReportFormat::Markdown).await?,
            Format::Html => render(&client, name, ReportFormat::Html).await?,
        };
        match self.out {
            Some(file) => fs::write(&file, document)
                .with_context(|| format!("cannot write {}", file.display())),
            None if self.format == Format::Markdown => {
                terminal::print(&markdown::styled(&document, Terminal::stdout()))
            }
            None => terminal::print(&document),
        }
    }
}

/// The name of a mission's last published report, or of its last draft where none is published.
pub async fn newest(client: &Client, mission: &str) -> anyhow::Result<Option<String>> {
    let mut reports = SituationReportServiceClient::new(client.reporting.clone());
    let mut newest: Option<SituationReport> = None;
    let mut page_token = String::new();
    loop {
        let request = ListSituationReportsRequest {
            parent: mission.to_owned(),
            page_size: 0,
            page_token,
            ..Default::default()
        };
        let page = reports.list_situation_reports(request).await?.into_inner();
        newest = newest.into_iter().chain(page.situation_reports).max_by_key(age);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(newest.map(|report| report.name));
        }
    }
}

/// A report as a document.
pub async fn render(client: &Client, name: String, format: ReportFormat) -> anyhow::Result<String> {
    let mut reports = SituationReportServiceClient::new(client.reporting.clone());
    let request = RenderSituationReportRequest { name, format: format.into() };
    Ok(reports.render_situation_report(request).await?.into_inner().document)
}

async fn get(client: &Client, name: String) -> anyhow::Result<SituationReport> {
    let mut reports = SituationReportServiceClient::new(client.reporting.clone());
    Ok(reports
        .get_situation_report(GetSituationReportRequest { name, ..Default::default() })
        .await?
        .into_inner())
}

/// Published reports are numbered; drafts have the number 0.
fn age(report: &SituationReport) -> (i32, i64, i32) {
    let made = report.create_time.unwrap_or_default();
    (report.number, made.seconds, made.nanos)
}
