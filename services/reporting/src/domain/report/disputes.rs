//! What cannot be true with a number, said where the number is.

use std::collections::BTreeMap;

use muster_values::{Quantity, Stored};

use super::{
    super::{
        figure::{Figure, FlowMetric, Kind},
        situation::{Metric, Number, RecordUse, Rule, phrases, precedence},
    },
    nearest::nearest,
    text::{Context, names},
};

/// The figures of one cell with which a chosen one is in conflict, or which are in conflict
/// with each other beside it.
struct Dispute<'r> {
    chosen: &'r Stored<Figure>,
    others: Vec<&'r Stored<Figure>>,
    /// The others contradict the chosen one.
    against: bool,
}

/// `2,380 (The Star; figures/star) cannot be true with it.`
pub fn of_number(context: &Context, number: &Number) -> Option<String> {
    let told: Vec<String> = disputes(context, number)
        .into_iter()
        .map(|dispute| {
            let sides = listed(&dispute.others);
            let sides = phrases::sentence(&phrases::list(&sides));
            if !dispute.against {
                return format!("{sides} {}.", phrases::cannot_be_true(dispute.others.len()));
            }
            // Where more stands between the number and this, it is named again.
            let alone = number.included.len() == 1 && number.rule != Rule::SumOfParts;
            let chosen = phrases::number(&dispute.chosen.quantity);
            let read = phrases::reading(&dispute.chosen.quantity);
            format!("{sides} cannot be true with {}{read}.", if alone { "it" } else { &chosen })
        })
        .collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// The figures that a number's disputes name.
pub fn told<'r>(context: &Context<'r>, number: &Number) -> Vec<&'r Stored<Figure>> {
    disputes(context, number).into_iter().flat_map(|dispute| dispute.others).collect()
}

/// `Of these, 94,821 and at least 95,000 cannot both be true.`
pub fn among(figures: &[&Stored<Figure>]) -> Option<String> {
    let mut cells: BTreeMap<(Kind, &str), Vec<&Stored<Figure>>> = BTreeMap::new();
    for figure in figures {
        cells.entry((figure.kind, &figure.area)).or_default().push(figure);
    }
    let rivals = cells.into_values().filter_map(|cell| {
        let disagrees = |one: &&&Stored<Figure>| {
            cell.iter().any(|other| !one.quantity.agrees_with(&other.quantity))
        };
        let rivals: Vec<String> =
            cell.iter().filter(disagrees).map(|figure| phrases::number(&figure.quantity)).collect();
        let claims = phrases::cannot_be_true(rivals.len());
        (!rivals.is_empty()).then(|| format!("{} {claims}", phrases::list(&rivals)))
    });
    let rivals: Vec<String> = rivals.collect();
    (!rivals.is_empty()).then(|| format!("Of these, {}.", rivals.join("; ")))
}

/// `Killed and injured add up to 2,506 (figures/killed, figures/injured), which cannot be true
/// with it.`
pub fn of_parts(context: &Context, number: &Number) -> Option<String> {
    let (sum, records) = killed_and_injured(context, number)?;
    let records = names(records.iter().map(|used| used.record.as_str()));
    (!sum.agrees_with(&number.quantity)).then(|| {
        format!("Killed and injured add up to {sum} ({records}), which cannot be true with it.")
    })
}

/// The sum of the killed and the injured beside a figure that gives them together, with their
/// records.
pub fn killed_and_injured(
    context: &Context,
    number: &Number,
) -> Option<(Quantity, Vec<RecordUse>)> {
    if number.metric != Metric::Flow(FlowMetric::KilledOrInjured) || number.rule != Rule::OneFigure
    {
        return None;
    }
    let known = |metric| {
        let number = context.situation.number(Metric::Flow(metric));
        number.filter(|number| number.rule != Rule::None)
    };
    let (killed, injured) = (known(FlowMetric::Killed)?, known(FlowMetric::Injured)?);
    let sum = killed.quantity.plus(&injured.quantity).ok()?;
    Some((sum, [&killed.included[..], &injured.included].concat()))
}

fn disputes<'r>(context: &Context<'r>, number: &Number) -> Vec<Dispute<'r>> {
    let included = number.included.iter().filter_map(|used| context.figure(&used.record));
    let chosen = included.chain(nearest(context, number));
    chosen.filter_map(|figure| dispute(context, figure)).collect()
}

fn dispute<'r>(context: &Context<'r>, chosen: &'r Stored<Figure>) -> Option<Dispute<'r>> {
    let same_cell = |figure: &&Stored<Figure>| {
        (figure.kind, &figure.area) == (chosen.kind, &chosen.area) && figure.id != chosen.id
    };
    let records = context.situation.conflicts.iter().flat_map(|conflict| &conflict.records);
    let in_conflict = records.filter_map(|used| context.figure(&used.record));
    let mut others: Vec<&Stored<Figure>> = in_conflict.filter(same_cell).collect();
    others.sort_by_key(|figure| precedence(figure));
    others.dedup_by_key(|figure| &figure.id);
    let contradicts = |figure: &&Stored<Figure>| !figure.quantity.agrees_with(&chosen.quantity);
    let against = others.iter().any(contradicts);
    if against {
        others.retain(contradicts);
    }
    (!others.is_empty()).then_some(Dispute { chosen, others, against })
}

fn listed(figures: &[&Stored<Figure>]) -> Vec<String> {
    let one = |figure: &&Stored<Figure>| {
        let record = phrases::record(&figure.name(), figure.revision);
        let publisher = &figure.source.publisher;
        let (number, read) =
            (phrases::number(&figure.quantity), phrases::reading(&figure.quantity));
        format!("{number}{read} ({publisher}; {record})")
    };
    figures.iter().map(one).collect()
}
