//! Figures and assessments that cannot all be true.

use std::collections::BTreeMap;

use muster_values::{Qualifier, Quantity, Stored, quantity::Overflow};

use super::{
    super::{
        assessment::Assessment,
        figure::{Figure, FlowMetric, Kind},
        incident::DatePrecision,
    },
    Areas, Conflict, Metric, Number, Question, RecordUse, Rule, phrases,
};

/// Figures of one metric, area and period that no number fits.
pub fn of_figures(question: &Question, figures: &[Stored<Figure>], areas: &Areas) -> Vec<Conflict> {
    let mut cells: BTreeMap<(Kind, &str), Vec<&Stored<Figure>>> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| concerns(question, figure, areas)) {
        cells.entry((figure.kind, &figure.area)).or_default().push(figure);
    }
    let conflict = |((kind, area), figures): ((Kind, &str), Vec<&Stored<Figure>>)| {
        let records = disagreeing(figures.iter().map(|figure| RecordUse::of(figure)).collect());
        let precisions = figures.iter().map(|figure| figure.precision);
        let precision = precisions.max().unwrap_or(DatePrecision::Day);
        let place = areas.display_name(area);
        let what = match kind {
            Kind::Flow { metric, period } => {
                let metric = phrases::metric(Metric::Flow(metric));
                format!("{metric} in {place} {}", phrases::span(period))
            }
            Kind::Stock { metric, as_of } => {
                let metric = phrases::metric(Metric::Stock(metric));
                format!("{metric} in {place} {}", phrases::moment(as_of, precision))
            }
        };
        between(&what, records)
    };
    cells.into_iter().filter_map(conflict).collect()
}

fn concerns(question: &Question, figure: &Stored<Figure>, areas: &Areas) -> bool {
    let then = match figure.kind {
        Kind::Flow { period, .. } => period.overlaps(question.period),
        Kind::Stock { as_of, .. } => as_of <= question.today(),
    };
    then && !figure.retracted && areas.overlap(&question.area, &figure.area)
}

/// Killed and injured that do not add up to the figure that gives them together.
pub fn of_sums(
    question: &Question,
    numbers: &[Number],
    areas: &Areas,
) -> Result<Option<Conflict>, Overflow> {
    let number = |metric| numbers.iter().find(|number| number.metric == Metric::Flow(metric));
    let (Some(killed), Some(injured), Some(both)) = (
        number(FlowMetric::Killed),
        number(FlowMetric::Injured),
        number(FlowMetric::KilledOrInjured),
    ) else {
        return Ok(None);
    };
    if killed.rule == Rule::None || injured.rule == Rule::None || both.rule != Rule::OneFigure {
        return Ok(None);
    }
    let sum = killed.quantity.plus(&injured.quantity)?;
    if sum.agrees_with(&both.quantity) {
        return Ok(None);
    }
    let summary = format!(
        "Killed or injured in {} {}: {} killed and {} injured add up to {sum}, which cannot be \
         true together with {}",
        areas.display_name(&question.area),
        phrases::span(question.period),
        phrases::sides(&killed.included),
        phrases::sides(&injured.included),
        phrases::sides(&both.included),
    );
    let records = [&killed.included[..], &injured.included, &both.included].concat();
    Ok(Some(Conflict { summary, records }))
}

/// Assessments of one area, controller and month whose shares no number fits.
pub fn of_assessments(
    question: &Question,
    assessments: &[Stored<Assessment>],
    areas: &Areas,
) -> Vec<Conflict> {
    let mut cells: BTreeMap<_, Vec<RecordUse>> = BTreeMap::new();
    for assessment in assessments {
        let Assessment { area, controller, assessed_on, .. } = &assessment.content;
        // Who controls how much changes within a year, so a year alone compares with nothing.
        let Some(month) = assessed_on.month() else { continue };
        if areas.overlap(&question.area, area) && assessed_on.first_day() <= question.today() {
            let cell = (area, controller, assessed_on.year(), month);
            cells.entry(cell).or_default().push(RecordUse::of_assessment(assessment));
        }
    }
    let conflict = |((area, controller, year, month), uses): ((&String, &String, i32, u8), _)| {
        let when = muster_values::PartialDate::new(year, i32::from(month), 0);
        let when = when.map(phrases::when).unwrap_or_default();
        let place = areas.display_name(area);
        let what = format!("Percent of {place} controlled by {controller} {when}");
        between(&what, disagreeing(uses))
    };
    cells.into_iter().filter_map(conflict).collect()
}

/// Those that disagree with any of the others, by name.
pub fn disagreeing(mut uses: Vec<RecordUse>) -> Vec<RecordUse> {
    uses.sort_by(|one, other| one.record.cmp(&other.record));
    let disagrees =
        |used: &RecordUse| uses.iter().any(|other| !used.quantity.agrees_with(&other.quantity));
    uses.iter().filter(|used| disagrees(used)).cloned().collect()
}

fn between(what: &str, records: Vec<RecordUse>) -> Option<Conflict> {
    if records.is_empty() {
        return None;
    }
    let (sides, claims) = (phrases::sides(&records), phrases::cannot_be_true(records.len()));
    let drift = if drifts(&records) {
        "; one number with different qualifiers"
    } else if misprinted(&records) {
        "; one digit differs, as in a misprint"
    } else {
        ""
    };
    Some(Conflict { summary: format!("{what}: {sides} {claims}{drift}"), records })
}

/// Whether two of them give the same number and contradict each other by its qualifier alone,
/// as "nearly 95,000" and "at least 95,000" do.
fn drifts(records: &[RecordUse]) -> bool {
    records.iter().enumerate().any(|(place, one)| {
        records[place + 1..].iter().any(|other| {
            let number = stated(&one.quantity);
            number.is_some()
                && number == stated(&other.quantity)
                && !one.quantity.agrees_with(&other.quantity)
        })
    })
}

/// Whether two exact numbers of three digits or more differ in one digit, as 522 and 222 do.
fn misprinted(records: &[RecordUse]) -> bool {
    let exact = |used: &RecordUse| match used.quantity.qualifier() {
        Qualifier::Exactly => used.quantity.at_least().map(|number| number.to_string()),
        _ => None,
    };
    let numbers: Vec<String> = records.iter().filter_map(exact).collect();
    let one_off = |one: &String, other: &String| {
        one.len() == other.len()
            && 3 <= one.len()
            && one.bytes().zip(other.bytes()).filter(|(one, other)| one != other).count() == 1
    };
    numbers
        .iter()
        .enumerate()
        .any(|(place, one)| numbers[place + 1..].iter().any(|other| one_off(one, other)))
}

/// The number that stands in the source's words, without its qualifier.
fn stated(quantity: &Quantity) -> Option<i64> {
    match quantity.qualifier() {
        Qualifier::Exactly | Qualifier::AtLeast => quantity.at_least(),
        Qualifier::MoreThan => quantity.at_least()?.checked_sub(1),
        Qualifier::LessThan => quantity.at_most()?.checked_add(1),
        Qualifier::AtMost => quantity.at_most(),
        Qualifier::About | Qualifier::Between | Qualifier::Unknown => None,
    }
}
