//! One number for each metric. Figures of different sources for one cell (metric, area, period)
//! are alternatives, never addends.

use std::cmp::Reverse;

use muster_values::{PartialDate, Period, Quantity, Stored, quantity::Overflow};
use time::Date;

use super::{
    super::figure::{Figure, FigureRole, FlowMetric, Kind, StockMetric},
    Areas, Excluded, Exclusion, Metric, Number, Question, RecordUse, Rule, canonical, coverage,
    phrases,
};

/// A figure of a flow.
#[derive(Clone, Copy)]
struct Flow<'r> {
    figure: &'r Stored<Figure>,
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
    caveats: Vec<String>,
}

pub fn numbers(
    question: &Question,
    figures: &[Stored<Figure>],
    areas: &Areas,
) -> Result<Vec<Number>, Overflow> {
    let about = |figure: &&Stored<Figure>| areas.overlap(&question.area, &figure.area);
    let mut figures: Vec<&Stored<Figure>> = figures.iter().filter(about).collect();
    figures.sort_by_key(|figure| precedence(figure));
    let made = |metric: &FlowMetric| flow(*metric, question, &figures, areas);
    let mut flows: Vec<Made> = FlowMetric::ALL.iter().map(made).collect::<Result<_, _>>()?;
    let parts = combine(&mut flows)?;
    let flows = flows.iter().filter(|made| !made.is_empty());
    let stocks =
        StockMetric::ALL.iter().filter_map(|metric| stock(*metric, question, &figures, areas));
    Ok(flows.map(|made| explained(made, &parts, question, areas)).chain(stocks).collect())
}

/// The number of one metric, where any figure speaks of it.
pub fn number(
    question: &Question,
    figures: &[Stored<Figure>],
    areas: &Areas,
    metric: Metric,
) -> Result<Option<Number>, Overflow> {
    let all = numbers(question, figures, areas)?;
    Ok(all.into_iter().find(|number| number.metric == metric))
}

/// A recommended figure before the others, then the latest published, then the first by name.
pub fn precedence(figure: &Stored<Figure>) -> (FigureRole, Reverse<Option<PartialDate>>, &str) {
    (figure.role, Reverse(figure.source.publication_date), figure.id.as_str())
}

fn flow<'r>(
    metric: FlowMetric,
    question: &Question,
    figures: &[&'r Stored<Figure>],
    areas: &Areas,
) -> Result<Made<'r>, Overflow> {
    let of_metric = |figure: &&'r Stored<Figure>| match figure.kind {
        Kind::Flow { metric: found, period } if found == metric => Some(Flow { figure, period }),
        Kind::Flow { .. } | Kind::Stock { .. } => None,
    };
    let known: Vec<Flow> = figures.iter().filter_map(of_metric).collect();
    let standing = || known.iter().copied().filter(|flow| !flow.figure.retracted);
    let exact =
        standing().find(|flow| flow.figure.area == question.area && flow.period == question.period);
    if let Some(exact) = exact {
        let (counted, quantity) = cell(exact, standing());
        let rule = if counted.len() == 1 { Rule::OneFigure } else { Rule::Disputed };
        return Ok(Made { metric, rule, quantity, counted, known, caveats: Vec::new() });
    }
    let inside = |flow: &Flow| {
        question.period.contains(flow.period) && areas.contains(&question.area, &flow.figure.area)
    };
    let chosen = parts(standing().filter(inside).collect(), areas);
    if chosen.is_empty() {
        let (quantity, caveats) = (Quantity::unknown(), Vec::new());
        return Ok(Made { metric, rule: Rule::None, quantity, counted: chosen, known, caveats });
    }
    let cells: Vec<(Vec<Flow>, Quantity)> =
        chosen.iter().map(|flow| cell(*flow, standing())).collect();
    let mut quantity = Quantity::sum(cells.iter().map(|(_, quantity)| quantity))?;
    let mut caveats = Vec::new();
    if !cover(&chosen, question) {
        quantity = quantity.or_more();
        caveats.push(coverage::said(
            phrases::metric(Metric::Flow(metric)),
            &chosen.iter().map(|flow| (flow.period, flow.figure.area.as_str())).collect::<Vec<_>>(),
            question,
        ));
    }
    let disputed = cells.iter().filter(|(figures, _)| 1 < figures.len());
    caveats.extend(disputed.map(|(figures, _)| {
        let uses: Vec<RecordUse> = figures.iter().map(|flow| RecordUse::of(flow.figure)).collect();
        format!("Of one part, {} {}.", phrases::sides(&uses), phrases::cannot_be_true(uses.len()))
    }));
    let counted = cells.into_iter().flat_map(|(figures, _)| figures).collect();
    Ok(Made { metric, rule: Rule::SumOfParts, quantity, counted, known, caveats })
}

/// What is known of the cell (area and period) of a figure that goes before the others of it: the
/// figure itself, or, where it is not recommended and others cannot be true with it, all of these
/// with what they say between them.
fn cell<'r>(
    first: Flow<'r>,
    standing: impl Iterator<Item = Flow<'r>>,
) -> (Vec<Flow<'r>>, Quantity) {
    let same = |flow: &Flow| (flow.period, &flow.figure.area) == (first.period, &first.figure.area);
    let (flows, figures): (Vec<Flow>, Vec<&Stored<Figure>>) =
        standing.filter(same).map(|flow| (flow, flow.figure)).unzip();
    let (figures, quantity) = disputed(first.figure, &figures);
    let used = |flow: &Flow| figures.iter().any(|figure| figure.id == flow.figure.id);
    (flows.into_iter().filter(used).collect(), quantity)
}

/// One figure, or, where it is not recommended, those of the same cell of which not all can be
/// true, with a number from the least to the most that they say.
fn disputed<'r>(
    first: &'r Stored<Figure>,
    cell: &[&'r Stored<Figure>],
) -> (Vec<&'r Stored<Figure>>, Quantity) {
    let against = |one: &&&Stored<Figure>| {
        cell.iter().any(|other| !one.quantity.agrees_with(&other.quantity))
    };
    let rivals: Vec<&Stored<Figure>> = cell.iter().filter(against).copied().collect();
    if first.role == FigureRole::Recommended || rivals.is_empty() {
        return (vec![first], first.quantity.clone());
    }
    let bounds = |bound: fn(&Quantity) -> Option<i64>| -> Option<Vec<i64>> {
        rivals.iter().map(|figure| bound(&figure.quantity)).collect()
    };
    let at_least = bounds(Quantity::at_least).and_then(|all| all.into_iter().min());
    let at_most = bounds(Quantity::at_most).and_then(|all| all.into_iter().max());
    (rivals, Quantity::within(at_least, at_most))
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
        flows[both].caveats = [&flows[killed].caveats[..], &flows[injured].caveats].concat();
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
            note: String::new(),
        }));
    }
    let included = made.counted.iter().map(|flow| RecordUse::of(flow.figure)).collect();
    finished(Number {
        metric: Metric::Flow(made.metric),
        quantity: made.quantity.clone(),
        rule: made.rule,
        included,
        excluded,
        caveats: made.caveats.clone(),
        area: question.area.clone(),
        as_of: None,
        digest: String::new(),
    })
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
    Excluded { record: RecordUse::of(flow.figure), reason, in_favour_of, note: String::new() }
}

/// The latest stock of the area, or of the nearest that it lies in: stocks are never added up, over
/// time or with flows.
fn stock(
    metric: StockMetric,
    question: &Question,
    figures: &[&Stored<Figure>],
    areas: &Areas,
) -> Option<Number> {
    let of_metric = |figure: &&Stored<Figure>| match figure.kind {
        Kind::Stock { metric: found, as_of } if found == metric => Some(as_of),
        Kind::Stock { .. } | Kind::Flow { .. } => None,
    };
    let known: Vec<(&Stored<Figure>, Date)> = figures
        .iter()
        .filter_map(|figure| of_metric(figure).map(|as_of| (*figure, as_of)))
        .collect();
    if known.is_empty() {
        return None;
    }
    let day = question.today();
    // The figures come by precedence, and the first of equal keys is the least.
    let latest_of = |area: &str| {
        let usable = known
            .iter()
            .filter(|(figure, as_of)| !figure.retracted && figure.area == area && *as_of <= day);
        usable.min_by_key(|(_, as_of)| Reverse(*as_of))
    };
    let chosen = areas.up_from(&question.area).find_map(latest_of).copied();
    let same_cell = |(figure, as_of): &&(&Stored<Figure>, Date)| {
        chosen.is_some_and(|(first, latest)| {
            (latest, &first.area) == (*as_of, &figure.area) && !figure.retracted
        })
    };
    let cell: Vec<&Stored<Figure>> =
        known.iter().filter(same_cell).map(|(figure, _)| *figure).collect();
    let (used, quantity) = match chosen {
        Some((first, _)) => disputed(first, &cell),
        None => (Vec::new(), Quantity::unknown()),
    };
    let is_used = |figure: &Stored<Figure>| used.iter().any(|used| used.id == figure.id);
    let excluded = known.iter().filter(|(figure, _)| !is_used(figure));
    let excluded = excluded.map(|(figure, as_of)| left_out(question, figure, *as_of, chosen));
    let area = chosen.map_or(question.area.as_str(), |(first, _)| &first.area);
    let caveats = chosen.filter(|_| area != question.area).map(|_| {
        let (of, asked) = (areas.display_name(area), areas.display_name(&question.area));
        format!("For {of}: no figure speaks of {asked}.")
    });
    let rule = match used.len() {
        0 => Rule::None,
        1 => Rule::LatestStock,
        _ => Rule::Disputed,
    };
    Some(finished(Number {
        metric: Metric::Stock(metric),
        quantity,
        rule,
        included: used.iter().map(|figure| RecordUse::of(figure)).collect(),
        excluded: excluded.collect(),
        caveats: caveats.into_iter().collect(),
        area: area.to_owned(),
        as_of: chosen.map(|(_, as_of)| as_of),
        digest: String::new(),
    }))
}

/// A stock that was not chosen.
fn left_out(
    question: &Question,
    figure: &Stored<Figure>,
    as_of: Date,
    chosen: Option<(&Stored<Figure>, Date)>,
) -> Excluded {
    let area = chosen.map_or(&question.area, |(first, _)| &first.area);
    let reason = if figure.retracted {
        Exclusion::Retracted
    } else if figure.area != *area {
        Exclusion::OverlappingArea
    } else if question.today() < as_of {
        Exclusion::OverlappingPeriod
    } else if chosen.is_some_and(|(_, latest)| latest == as_of) {
        Exclusion::OtherSource
    } else {
        Exclusion::Superseded
    };
    let in_favour_of = chosen.map(|(figure, _)| figure.name());
    Excluded { record: RecordUse::of(figure), reason, in_favour_of, note: String::new() }
}

/// A number with its records in order and its digest.
fn finished(mut number: Number) -> Number {
    number.included.sort_by(|one, other| one.record.cmp(&other.record));
    number.excluded.sort_by(|one, other| one.record.record.cmp(&other.record.record));
    number.digest = canonical::of_number(&number);
    number
}
