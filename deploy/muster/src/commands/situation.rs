//! `muster situation`: what is known of an area over a period.

use clap::Args;
use muster_proto::{
    common::v1::Period,
    reporting::v1::{
        ExcludedRecord, GetSituationRequest, Situation as Answer, SituationNumber,
        situation_number::Metric, situation_service_client::SituationServiceClient,
    },
};
use muster_service::wire;
use muster_values::PartialDate;

use super::{missions, moments::Moments, strength};
use crate::{
    access::{Access, Output},
    json, settings,
    terminal::{self, Terminal},
    words,
};

/// What `muster situation` takes.
#[derive(Debug, Args)]
pub struct Situation {
    /// The mission; where there is only one, that one
    mission: Option<String>,

    /// The P-code of the area, such as HT
    #[arg(long, value_name = "P-CODE")]
    area: String,

    /// The first day of the period, such as 2024-01-01
    #[arg(long, value_name = "DAY", value_parser = read_day)]
    from: PartialDate,

    /// The first day after the period, such as 2024-04-01
    #[arg(long, value_name = "DAY", value_parser = read_day)]
    to: PartialDate,

    #[command(flatten)]
    moments: Moments,

    /// For whom the answer is
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

impl Situation {
    pub async fn run(self, access: &Access) -> anyhow::Result<()> {
        let client = settings::connect(access).await?;
        let period = Period {
            start_date: Some(wire::wire_partial_date(self.from)),
            end_date: Some(wire::wire_partial_date(self.to)),
        };
        let name = missions::choose(&client, self.mission.as_deref()).await?;
        let last_day = self.to.first_day().previous_day();
        let asked = self.moments.read(access, &client, &name, last_day).await?;
        let request = GetSituationRequest {
            name,
            area_code: self.area,
            period: Some(period),
            valid_time: asked.valid_time,
            as_of_time: asked.as_of_time,
            recorded_by_time: asked.recorded_by_time,
        };
        let mut situation = SituationServiceClient::new(client.reporting);
        let answer = situation.get_situation(request).await?.into_inner();
        match self.output {
            Output::Json => terminal::print(&json::pretty(&answer)?),
            Output::Table => terminal::print(&(asked.seen + &show(&answer, Terminal::stdout()))),
        }
    }
}

fn show(answer: &Answer, terminal: Terminal) -> String {
    let Answer { area_code, name, .. } = answer;
    let period = words::period(answer.period);
    let known = words::moment(answer.as_of_time.as_ref());
    let title = format!("Situation of {area_code}, {period}, {name}, as known at {known}");
    let mut parts = vec![terminal.bold(&title) + "\n"];
    let mut add = |header: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            parts.push(terminal.table(header, rows));
        }
    };
    add(&["number", "people", "made by", "from", "published by"], numbers(answer, terminal));
    add(&["left out of", "record", "says", "published by", "why"], left_out(answer));
    add(&["incidents", "reported", "verified", "records"], incidents(answer, terminal));
    add(&["harmed in incidents", "people", "verified", "incidents"], casualties(answer, terminal));
    add(&["who controls", "percent", "day", "said by", "record"], control(answer));
    add(&["mission", "people", "made from"], presence(answer, terminal));
    add(&["conflict", "records"], conflicts(answer, terminal));
    if let Some(presence) = &answer.presence {
        parts.push(mission_line(presence));
    }
    parts.push(terminal.faint(&format!("digest {}", answer.digest)) + "\n");
    parts.join("\n")
}

fn numbers(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    let row = |number: &SituationNumber| {
        vec![
            metric(number),
            words::quantity(number.quantity.as_ref()),
            words::value(number.rule().as_str_name(), "NUMBER_RULE_"),
            terminal.names(number.included.iter().map(|record| &record.record)),
            terminal.list(number.included.iter().map(|record| record.publisher.clone())),
        ]
    };
    answer.numbers.iter().map(row).collect()
}

fn metric(number: &SituationNumber) -> String {
    use muster_proto::reporting::v1::{FlowMetric, StockMetric};
    match number.metric {
        Some(Metric::Flow(flow)) => words::value(
            FlowMetric::try_from(flow).unwrap_or_default().as_str_name(),
            "FLOW_METRIC_",
        ),
        Some(Metric::Stock(stock)) => {
            let stock = StockMetric::try_from(stock).unwrap_or_default();
            let name = words::value(stock.as_str_name(), "STOCK_METRIC_");
            let day = number.as_of_date.and_then(|date| wire::partial_date(date).ok());
            let day = day.map(|day| format!(" of {day}")).unwrap_or_default();
            let area = match number.area_code.as_str() {
                "" => String::new(),
                area => format!(", for {area}"),
            };
            format!("{name} (stock{day}{area})")
        }
        None => "unknown".to_owned(),
    }
}

fn left_out(answer: &Answer) -> Vec<Vec<String>> {
    let row = |number: &SituationNumber, excluded: &ExcludedRecord| {
        let record = excluded.record.clone().unwrap_or_default();
        vec![
            metric(number),
            words::short(&record.record).to_owned(),
            words::quantity(record.quantity.as_ref()),
            record.publisher,
            words::value(excluded.reason().as_str_name(), "EXCLUSION_REASON_"),
        ]
    };
    (answer.numbers.iter())
        .flat_map(|number| number.excluded.iter().map(move |excluded| row(number, excluded)))
        .collect()
}

fn incidents(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    (answer.incident_counts.iter())
        .map(|count| {
            vec![
                words::value(count.r#type().as_str_name(), "INCIDENT_TYPE_"),
                match count.possible_incidents {
                    0 => count.incidents.to_string(),
                    possible => format!("{} to {}", count.incidents, count.incidents + possible),
                },
                count.verified.to_string(),
                terminal.names(&count.records),
            ]
        })
        .collect()
}

fn casualties(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    (answer.casualties.iter())
        .map(|tally| {
            let records = tally.included.iter().chain(&tally.possible);
            vec![
                words::value(tally.harm().as_str_name(), "HARM_"),
                words::quantity(tally.quantity.as_ref()),
                words::quantity(tally.verified_quantity.as_ref()),
                terminal.names(records.map(|used| &used.record)),
            ]
        })
        .collect()
}

fn control(answer: &Answer) -> Vec<Vec<String>> {
    (answer.control.iter())
        .map(|control| {
            let day = control.assess_date.and_then(|date| wire::partial_date(date).ok());
            vec![
                control.controller.clone(),
                words::quantity(control.share_percent.as_ref()),
                day.map(|day| day.to_string()).unwrap_or_default(),
                control.source.as_ref().map(|source| source.publisher.clone()).unwrap_or_default(),
                words::short(&control.name).to_owned(),
            ]
        })
        .collect()
}

fn presence(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    (answer.presence.iter().flat_map(|presence| &presence.lines))
        .map(|line| {
            let people = words::quantity(line.quantity.as_ref());
            vec![strength::measure(line.measure()), people, terminal.names(&line.records)]
        })
        .collect()
}

fn conflicts(answer: &Answer, terminal: Terminal) -> Vec<Vec<String>> {
    (answer.conflicts.iter())
        .map(|conflict| {
            vec![
                conflict.summary.clone(),
                terminal.names(conflict.records.iter().map(|record| &record.record)),
            ]
        })
        .collect()
}

fn mission_line(presence: &muster_proto::reporting::v1::MissionPresence) -> String {
    let mandate = match presence.mandate.as_str() {
        "" => "no mandate in force".to_owned(),
        mandate => {
            let (authority, instrument) = (&presence.authority, &presence.instrument);
            format!("{authority}, {instrument} ({})", words::short(mandate))
        }
    };
    let leads: Vec<_> = presence.lead_partners.iter().map(|name| words::short(name)).collect();
    let leads = leads.join(", ");
    let stale =
        if presence.stale { "; a change could not be applied, so this may be stale" } else { "" };
    format!(
        "mandate: {mandate}; led by: {leads}; the mission as of feed position {}{stale}\n",
        presence.feed_position
    )
}

fn read_day(text: &str) -> Result<PartialDate, String> {
    let day: Option<PartialDate> = text.parse().ok();
    day.filter(|day| day.day().is_some())
        .ok_or_else(|| "must be a day such as 2024-01-01".to_owned())
}
