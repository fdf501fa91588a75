//! What both documents say of a report, as plain text.

use muster_proto::{
    common::v1::{Period, Quantity},
    google::r#type::Date,
    reporting::v1::{
        ExcludedRecord, ExclusionReason, FlowMetric, NumberRule, RecordUse, SituationNumber,
        SituationReport, SituationReportState, StockMetric, situation_number::Metric,
    },
};
use muster_values::{PartialDate, Zone, quantity::grouped};
use prost_types::Timestamp;
use time::OffsetDateTime;

use crate::domain::situation::phrases;

/// One line of text: runs of white space become a space, and what could hide or reorder text
/// (control characters, direction overrides) is dropped.
pub fn line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words = words.filter(|word| !word.is_empty());
    let seen = |letter: &char| !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    words.collect::<Vec<_>>().join(" ").chars().filter(seen).collect()
}

/// `Situation report 1`, or what it is as long as it has no number.
pub fn title(report: &SituationReport) -> String {
    match report.state() {
        SituationReportState::Published => format!("Situation report {}", report.number),
        SituationReportState::Approved => "Situation report, not published yet".to_owned(),
        SituationReportState::Draft | SituationReportState::Unspecified => {
            "Situation report, draft".to_owned()
        }
    }
}

/// What the report is about and when it was made public.
pub fn scope(report: &SituationReport) -> String {
    let period = report.period.as_ref().and_then(span);
    let published = report.publish_time.as_ref();
    let published = published.and_then(|at| day(report, at)).map(|day| format!("published {day}"));
    let area = report.situation.as_ref().map(|situation| &situation.area_display_name);
    let area = area.filter(|name| !name.is_empty()).unwrap_or(&report.area_code);
    let valid = report.valid_time.as_ref();
    let valid =
        valid.and_then(|at| day(report, at)).map(|day| format!("presence and control as of {day}"));
    let parts = [Some(area.clone()), period, valid, published];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The day of a moment at the mission's place.
fn day(report: &SituationReport, at: &Timestamp) -> Option<String> {
    let zone = report.situation.as_ref().map(|situation| situation.time_zone.parse::<Zone>());
    // Where a report does not say it, it was written without one.
    let zone = zone.and_then(Result::ok).unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp(at.seconds).ok()?;
    Some(phrases::day(zone.day(at)))
}

fn span(period: &Period) -> Option<String> {
    let day = |date: &Option<Date>| {
        let date = date.as_ref()?;
        PartialDate::new(date.year, date.month, date.day).ok().map(PartialDate::first_day)
    };
    let period = muster_values::Period::new(day(&period.start_date)?, day(&period.end_date)?)?;
    Some(phrases::span(period))
}

pub fn metric(number: &SituationNumber) -> String {
    match number.metric {
        Some(Metric::Flow(flow)) => {
            let name = FlowMetric::try_from(flow).unwrap_or_default().as_str_name();
            format!("{} (over the period)", label(name, "FLOW_METRIC_"))
        }
        Some(Metric::Stock(stock)) => {
            let name = StockMetric::try_from(stock).unwrap_or_default().as_str_name();
            format!("{} (on a day)", label(name, "STOCK_METRIC_"))
        }
        None => String::new(),
    }
}

pub fn rule(number: &SituationNumber) -> String {
    match number.rule() {
        NumberRule::None => "No record speaks of exactly this".to_owned(),
        rule => label(rule.as_str_name(), "NUMBER_RULE_"),
    }
}

/// The number in English, with the source's own words where these are not.
pub fn number(quantity: Option<&Quantity>) -> String {
    let Some(wire) = quantity else { return String::new() };
    let read = muster_service::wire::quantity(Some(wire.clone()));
    read.map_or_else(|_| wire.as_written.clone(), |quantity| phrases::number(&quantity))
}

pub fn bounds(quantity: Option<&Quantity>) -> String {
    match quantity.map(|quantity| (quantity.at_least, quantity.at_most)) {
        Some((Some(least), Some(most))) if least == most => grouped(least),
        Some((Some(least), Some(most))) => format!("{} to {}", grouped(least), grouped(most)),
        Some((Some(least), None)) => format!("{} or more", grouped(least)),
        Some((None, Some(most))) => format!("{} or fewer", grouped(most)),
        Some((None, None)) | None => "not known".to_owned(),
    }
}

/// `figures/q1-2024: 2,505 (BINUH)`
pub fn record(used: &RecordUse) -> String {
    let name = phrases::record(&used.record, used.revision);
    format!("{name}: {} ({})", number(used.quantity.as_ref()), used.publisher)
}

/// A record that was left out, with the reason.
pub fn excluded(excluded: &ExcludedRecord) -> String {
    let used = excluded.record.as_ref().map(record).unwrap_or_default();
    let reason = match excluded.reason() {
        ExclusionReason::OtherSource => "another source for the same area and period was chosen",
        ExclusionReason::OverlappingPeriod => {
            "its period overlaps one that is counted, or reaches outside the one asked for"
        }
        ExclusionReason::OverlappingArea => {
            "its area overlaps one that is counted, or reaches outside the one asked for"
        }
        ExclusionReason::Retracted => "it was retracted",
        ExclusionReason::PartOfCombined => "a part of a combined figure that is counted",
        ExclusionReason::Superseded => "a later one is known",
        ExclusionReason::Rejected => "it was looked into and rejected",
        ExclusionReason::Unspecified => "no reason is given",
    };
    match phrases::short(&excluded.in_favour_of) {
        "" => format!("{used}: {reason}"),
        counted => format!("{used}: {reason}; counted: {counted}"),
    }
}

/// An address that a browser may fetch; any other is not shown as one.
pub fn address(uri: &str) -> Option<&str> {
    let web = uri.starts_with("https://") || uri.starts_with("http://");
    let odd = |letter: char| {
        letter.is_whitespace() || letter.is_control() || matches!(letter, '"' | '<' | '>')
    };
    (web && !uri.contains(odd)).then_some(uri)
}

/// `FLOW_METRIC_KILLED_OR_INJURED` as `Killed or injured`.
fn label(name: &str, prefix: &str) -> String {
    let words = name.strip_prefix(prefix).unwrap_or(name).to_lowercase().replace('_', " ");
    phrases::sentence(&words)
}
