//! How the numbers were made, from which records and without which.

use super::{
    super::situation::{Excluded, Exclusion, Number, RecordUse, Rule, phrases},
    text::Context,
};

pub fn paragraphs(context: &Context) -> Vec<String> {
    let numbers = context.situation.numbers.iter();
    let mut paragraphs: Vec<String> = numbers.map(|number| made(context, number)).collect();
    let presence = &context.situation.presence;
    if !presence.lines.is_empty() {
        paragraphs.push(format!(
            "Strength comes from the mission's own records, known up to position {} of their feed.",
            presence.feed_position,
        ));
    }
    if presence.stale {
        let stale = "A change to the mission's records could not be applied, so what is said of \
                     strength and sites may be out of date.";
        paragraphs.push(stale.to_owned());
    }
    paragraphs
}

fn made(context: &Context, number: &Number) -> String {
    let rule = match number.rule {
        Rule::OneFigure => "one figure of exactly this area and period".to_owned(),
        Rule::SumOfParts => "the sum of figures of parts that do not overlap".to_owned(),
        Rule::LatestStock => {
            format!("the latest figure of this area on or before {}", context.day())
        }
        Rule::KilledPlusInjured => {
            "killed and injured added up, because no figure gives them together".to_owned()
        }
        Rule::Disputed => {
            "from the least to the most that sources say who disagree, none of them recommended"
                .to_owned()
        }
        Rule::None => "unknown, because no figure speaks of exactly this".to_owned(),
    };
    let mut text = format!("{}: {rule}.", phrases::metric(number.metric));
    if !number.included.is_empty() {
        let counted: Vec<String> = number.included.iter().map(used).collect();
        text = format!("{text} Counted: {}.", counted.join("; "));
    }
    if !number.excluded.is_empty() {
        let left_out: Vec<String> = number.excluded.iter().map(excluded).collect();
        text = format!("{text} Left out: {}.", left_out.join("; "));
    }
    text
}

/// `2,505 (BINUH, figures/q1-2024)`
fn used(used: &RecordUse) -> String {
    let record = phrases::record(&used.record, used.revision);
    format!("{} ({}, {record})", phrases::number(&used.quantity), used.publisher)
}

fn excluded(excluded: &Excluded) -> String {
    let reason = match excluded.reason {
        Exclusion::OtherSource => "another source for the same area and period",
        Exclusion::OverlappingPeriod => "its period is another one",
        Exclusion::OverlappingArea => "its area is another one",
        Exclusion::Retracted => "retracted",
        Exclusion::PartOfCombined => "part of the combined figure",
        Exclusion::Rejected => "it was looked into and rejected",
        Exclusion::Superseded => "a later one is known",
    };
    format!("{}: {reason}", used(&excluded.record))
}
