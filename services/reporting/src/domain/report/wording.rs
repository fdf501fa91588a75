//! The words of a sentence about a number.

use muster_values::{Qualifier, Quantity, Stored, quantity::grouped};

use super::super::{
    figure::{Figure, FlowMetric, Kind, StockMetric},
    situation::{Metric, RecordUse, phrases},
};

/// What was counted where and when; after a colon where no noun can follow the number.
pub fn counted(metric: Metric, quantity: &Quantity, place: &str, when: &str) -> String {
    match predicate(metric, quantity) {
        Some(predicate) => format!("{} in {place} {when}", phrases::sentence(&predicate)),
        None => {
            format!("{} in {place} {when}: {}", phrases::metric(metric), phrases::number(quantity))
        }
    }
}

/// `2,505 people were killed or injured`; `None` where the source's words hold more than a
/// number, so that no noun can follow them.
fn predicate(metric: Metric, quantity: &Quantity) -> Option<String> {
    let words = phrases::Number::of(quantity).english?;
    let scale =
        ["billion", "million", "thousand", "hundred", "dozen"].iter().any(|s| words.ends_with(s));
    if !scale && !words.ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    let one = quantity.at_least() == Some(1) && quantity.at_most() == Some(1);
    let (person, was) = if one { ("person", "was") } else { ("people", "were") };
    let plural = if one { "" } else { "s" };
    Some(match metric {
        Metric::Flow(FlowMetric::Killed) => format!("{words} {person} {was} killed"),
        Metric::Flow(FlowMetric::Injured) => format!("{words} {person} {was} injured"),
        Metric::Flow(FlowMetric::KilledOrInjured) => {
            format!("{words} {person} {was} killed or injured")
        }
        Metric::Flow(FlowMetric::Kidnapped) => format!("{words} {person} {was} kidnapped"),
        Metric::Flow(FlowMetric::GenderBasedViolenceIncidents) => {
            format!("{words} incident{plural} of gender-based violence {was} reported")
        }
        Metric::Flow(FlowMetric::Displaced) => {
            format!("{words} departure{plural} of displaced people {was} counted")
        }
        Metric::Flow(FlowMetric::EscapedDetainees) => format!("{words} detainee{plural} escaped"),
        Metric::Stock(StockMetric::Displaced) => format!("{words} {person} {was} displaced"),
        Metric::Stock(StockMetric::DisplacedInSites) => {
            format!("{words} displaced {person} {was} in sites")
        }
    })
}

pub fn according_to(used: &RecordUse) -> String {
    let record = phrases::record(&used.record, used.revision);
    let number = phrases::Number::of(&used.quantity);
    // Where there is no English for them, the words stand in the number's place already.
    let own = number.own_words.filter(|_| number.english.is_some());
    let words = own.map_or_else(String::new, |own| format!(", in its words “{own}”"));
    format!("according to {} ({record}){words}", used.publisher)
}

/// Bounds that the source's words do not name.
pub fn bounds(quantity: &Quantity) -> Option<String> {
    let (least, most) = (quantity.at_least(), quantity.at_most());
    match (quantity.qualifier(), least, most) {
        (Qualifier::MoreThan, Some(least), _) => {
            Some(format!("That is {} or more.", grouped(least)))
        }
        (Qualifier::LessThan, _, Some(most)) => {
            Some(format!("That is {} or fewer.", grouped(most)))
        }
        (Qualifier::About, Some(least), Some(most)) => {
            Some(format!("That is {} to {}.", grouped(least), grouped(most)))
        }
        (Qualifier::About, None, None) => Some("The source gives no bounds.".to_owned()),
        _ => None,
    }
}

/// The time that a figure speaks of.
pub fn spoken_of(figure: &Stored<Figure>) -> String {
    match figure.kind {
        Kind::Flow { period, .. } => phrases::span(period),
        Kind::Stock { as_of, .. } => phrases::moment(as_of, figure.precision),
    }
}
