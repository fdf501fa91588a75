//! One number for each metric. Figures of different sources for one cell (metric, area, period)
//! are alternatives, never addends.

use std::cmp::Reverse;

use muster_values::{PartialDate, Period, Quantity, quantity::Overflow};
use time::Date;

use super::{
    super::figure::{Figure, FigureRole, FlowMetric, Kind, StockMetric},
    Areas, Excluded, Exclusion, Metric, Number, Question, RecordUse, Rule, canonical,
};

/// A figure of a flow.
#[derive(Clone, Copy)]
struct Flow<'r> {
    figure: &'r Figure,
    period: Period,
}

/// A number of a flow before it is explained.
struct Made<'r> {
    metric: FlowMetric,
    rule: Rule,
    quantity: Quantity,
    counted: Vec<Flow<'r>>,
    /// Every figure of the metric that speaks of some of the area.
    known: Vec<Flow<'r>>,
}

pub fn numbers(
    question: &Question,
    figures: &[Figure],
    areas: &Areas,
) -> Result<Vec<Number>, Overflow> {
    let about = |figure: &&Figure| areas.overlap(&question.area, &figure.area);
    let mut figures: Vec<&Figure> = figures.iter().filter(about).collect();
    figures.sort_by_key(|figure| precedence(figure));
    let made = |metric: &FlowMetric| flow(*metric, question, &figures, areas);
    let mut flows: Vec<Made> = FlowMetric::ALL.iter().map(made).collect::<Result<_, _>>()?;
    let parts = combine(&mut flows)?;
    let flows = flows.iter().filter(|made| !made.is_empty());
    let stocks = StockMetric::ALL.iter().filter_map(|metric| stock(*metric, question, &figures));
    Ok(flows.map(|made| explained(made, &parts, question, areas)).chain(stocks).collect())
}

/// A recommended figure before the others, then the latest published, then the first by name.
pub fn precedence(figure: &Figure) -> (FigureRole, Reverse<Option<PartialDate>>, &str) {
    (figure.role, Reverse(figure.source.publication_date), figure.id.as_str())
}

fn flow<'r>(
    metric: FlowMetric,
    question: &Question,
    figures: &[&'r Figure],
    areas: &Areas,
) -> Result<Made<'r>, Overflow> {
    let of_metric = |figure: &&'r Figure| match figure.kind {
        Kind::Flow { metric: found, period } if found == metric => Some(Flow { figure, period }),
        Kind::Flow { .. } | Kind::Stock { .. } => None,
    };
    let known: Vec<Flow> = figures.iter().filter_map(of_metric).collect();
    let standing = || known.iter().copied().filter(|flow| !flow.figure.retracted);
    let exact =
        standing().find(|flow| flow.figure.area == question.area && flow.period == question.period);
    if let Some(exact) = exact {
        let quantity = exact.figure.quantity.clone();
        return Ok(Made { metric, rule: Rule::OneFigure, quantity, counted: vec![exact], known });
    }
    let inside = |flow: &Flow| {
        question.period.contains(flow.period) && areas.contains(&question.area, &flow.figure.area)
    };
    let counted = parts(standing().filter(inside).collect(), areas);
    if counted.is_empty() {
        let quantity = Quantity::unknown();
        return Ok(Made { metric, rule: Rule::None, quantity, counted, known });
    }
    let mut quantity = Quantity::sum(counted.iter().map(|flow| &flow.figure.quantity))?;
    if !cover(&counted, question) {
        quantity = quantity.or_more();
    }
    Ok(Made { metric, rule: Rule::SumOfParts, quantity, counted, known })
}

/// Parts that have no day and no place in common: the longest periods first, then the largest
/// areas, then by precedence, in which order they come.
fn parts<'r>(mut inside: Vec<Flow<'r>>, areas: &Areas) -> Vec<Flow<'r>> {
    inside.sort_by_key(|flow| (Reverse(days(flow.period)), areas.depth(&flow.figure.area)));
    let mut counted: Vec<Flow> = Vec::new();
    for flow in inside {
        if !counted.iter().any(|other| overlap(other, &flow, areas)) {
            counted.push(flow);
        }
    }
    counted
}

/// Whether parts without overlap are the whole: parts of the area alone never prove that they
/// are all of it.
fn cover(parts: &[Flow], question: &Question) -> bool {
    parts.iter().all(|flow| flow.figure.area == question.area)
        && parts.iter().map(|flow| days(flow.period)).sum::<i64>() == days(question.period)
}

fn days(period: Period) -> i64 {
    (period.end() - period.start()).whole_days()
}

fn overlap(one: &Flow, other: &Flow, areas: &Areas) -> bool {
    one.period.overlaps(other.period) && areas.overlap(&one.figure.area, &other.figure.area)
}

/// Killed or injured: one figure that gives them together, or else the killed and the injured
/// added up. Answers with the figures that are parts of a combined one.
fn combine<'r>(flows: &mut [Made<'r>]) -> Result<Vec<Flow<'r>>, Overflow> {
    let of = |metric| flows.iter().position(|made| made.metric == metric);
    let metrics = (FlowMetric::Killed, FlowMetric::Injured, FlowMetric::KilledOrInjured);
    let (Some(killed), Some(injured), Some(both)) = (of(metrics.0), of(metrics.1), of(metrics.2))
    else {
        return Ok(Vec::new());
    };
    let parts = [&flows[killed].counted[..], &flows[injured].counted[..]].concat();
    if flows[both].rule == Rule::OneFigure {
        return Ok(parts);
    }
    if flows[killed].rule != Rule::None && flows[injured].rule != Rule::None {
        flows[both].quantity = flows[killed].quantity.plus(&flows[injured].quantity)?;
        flows[both].rule = Rule::KilledPlusInjured;
        flows[both].counted = parts;
    }
    Ok(Vec::new())
}

impl Made<'_> {
    fn is_empty(&self) -> bool {
        self.counted.is_empty() && self.known.is_empty()
    }
}

fn explained(made: &Made, parts: &[Flow], question: &Question, areas: &Areas) -> Number {
    let counted = |flow: &&Flow| made.counted.iter().any(|used| used.figure.id == flow.figure.id);
    let left_out = made.known.iter().filter(|flow| !counted(flow));
    let mut excluded: Vec<Excluded> =
        left_out.map(|flow| exclusion(flow, made, question, areas)).collect();
    if made.metric == FlowMetric::KilledOrInjured {
        let in_favour_of = made.counted.first().map(|flow| flow.figure.name());
        excluded.extend(parts.iter().map(|part| Excluded {
            record: RecordUse::of(part.figure),
            reason: Exclusion::PartOfCombined,
            in_favour_of: in_favour_of.clone(),
        }));
    }
    let included = made.counted.iter().map(|flow| RecordUse::of(flow.figure)).collect();
    number(Metric::Flow(made.metric), made.quantity.clone(), made.rule, included, excluded)
}

fn exclusion(flow: &Flow, made: &Made, question: &Question, areas: &Areas) -> Excluded {
    let same = made
        .counted
        .iter()
        .find(|other| other.figure.area == flow.figure.area && other.period == flow.period);
    let rival = same.or_else(|| made.counted.iter().find(|other| overlap(other, flow, areas)));
    let reason = if flow.figure.retracted {
        Exclusion::Retracted
    } else if !areas.contains(&question.area, &flow.figure.area) {
        Exclusion::OverlappingArea
    } else if same.is_some() {
        Exclusion::OtherSource
    } else if rival.is_some_and(|rival| rival.period == flow.period) {
        Exclusion::OverlappingArea
    } else {
        Exclusion::OverlappingPeriod
    };
    let in_favour_of = rival.map(|rival| rival.figure.name());
    Excluded { record: RecordUse::of(flow.figure), reason, in_favour_of }
}

/// The latest stock of exactly the area: stocks are never added up, over time or with flows.
fn stock(metric: StockMetric, question: &Question, figures: &[&Figure]) -> Option<Number> {
    let of_metric = |figure: &&Figure| match figure.kind {
        Kind::Stock { metric: found, as_of } if found == metric => Some(as_of),
        Kind::Stock { .. } | Kind::Flow { .. } => None,
    };
    let known: Vec<(&Figure, Date)> = figures
        .iter()
        .filter_map(|figure| of_metric(figure).map(|as_of| (*figure, as_of)))
        .collect();
    if known.is_empty() {
        return None;
    }
    let day = question.valid_at.date();
    let usable = known.iter().filter(|(figure, as_of)| {
        !figure.retracted && figure.area == question.area && *as_of <= day
    });
    // The figures come by precedence, and the first of equal keys is the least.
    let chosen = usable.min_by_key(|(_, as_of)| Reverse(*as_of));
    let excluded = known.iter().filter(|known| chosen.is_none_or(|used| used.0.id != known.0.id));
    let excluded = excluded.map(|(figure, as_of)| Excluded {
        record: RecordUse::of(figure),
        reason: if figure.retracted {
            Exclusion::Retracted
        } else if figure.area != question.area {
            Exclusion::OverlappingArea
        } else if day < *as_of {
            Exclusion::OverlappingPeriod
        } else if chosen.is_some_and(|(_, latest)| latest == as_of) {
            Exclusion::OtherSource
        } else {
            Exclusion::Superseded
        },
        in_favour_of: chosen.map(|(figure, _)| figure.name()),
    });
    let included = chosen.map(|(figure, _)| RecordUse::of(figure)).into_iter().collect();
    let quantity = chosen.map_or_else(Quantity::unknown, |(figure, _)| figure.quantity.clone());
    let rule = if chosen.is_some() { Rule::LatestStock } else { Rule::None };
    Some(number(Metric::Stock(metric), quantity, rule, included, excluded.collect()))
}

fn number(
    metric: Metric,
    quantity: Quantity,
    rule: Rule,
    mut included: Vec<RecordUse>,
    mut excluded: Vec<Excluded>,
) -> Number {
    included.sort_by(|one, other| one.record.cmp(&other.record));
    excluded.sort_by(|one, other| one.record.record.cmp(&other.record.record));
    let digest = String::new();
    let mut number = Number { metric, quantity, rule, included, excluded, digest };
    number.digest = canonical::of_number(&number);
    number
}
