//! Sentences about figures, each with its qualifier, its source and its record.

use muster_values::{Quantity, Stored};

use super::{
    super::{
        figure::{Figure, FlowMetric, Kind, StockMetric},
        incident::{Harm, IncidentType},
        situation::{Count, Exclusion, Metric, Number, RecordUse, Rule, phrases, precedence},
    },
    disputes,
    nearest::{nearest, touches},
    text::{Context, DISPLACEMENT, HARM as HARM_SECTION, METHOD, names},
    wording::{according_to, bounds, counted, spoken_of},
};

/// Alternatives beyond these are told under "How the numbers were made" only.
const ALTERNATIVES: usize = 4;
/// Alternatives beyond these are told in the body only, and so are parts of a sum.
const IN_SUMMARY: usize = 2;
const PARTS: usize = 6;

const HARM: [Metric; 6] = [
    Metric::Flow(FlowMetric::KilledOrInjured),
    Metric::Flow(FlowMetric::Killed),
    Metric::Flow(FlowMetric::Injured),
    Metric::Flow(FlowMetric::Kidnapped),
    Metric::Flow(FlowMetric::GenderBasedViolenceIncidents),
    Metric::Flow(FlowMetric::EscapedDetainees),
];
const DEPARTURES: Metric = Metric::Flow(FlowMetric::Displaced);
const STOCKS: [Metric; 2] =
    [Metric::Stock(StockMetric::Displaced), Metric::Stock(StockMetric::DisplacedInSites)];

/// The harm figure that says most, and displacement.
pub fn bullets(context: &Context) -> Vec<String> {
    let of = |metric: &Metric| context.situation.number(*metric);
    let harm = HARM.iter().filter_map(of).find(|number| number.rule != Rule::None);
    let displaced = [DEPARTURES, STOCKS[0]];
    let numbers = harm.into_iter().chain(displaced.iter().filter_map(of));
    let bullet = |number: &Number| {
        let same = others(context, number, Exclusion::OtherSource, IN_SUMMARY);
        let longer = others(context, number, Exclusion::OverlappingPeriod, IN_SUMMARY);
        let longer = longer.filter(|_| number.metric == DEPARTURES);
        let disputes = disputes::of_number(context, number);
        let sums = disputes::of_parts(context, number);
        let told = told(context, number, PARTS);
        [Some(told), caveats(number), disputes, sums, same, longer]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    numbers.map(|number| bullet(number).join(" ")).collect()
}

pub fn harm(context: &Context) -> Vec<String> {
    let mut paragraphs = all(context, &HARM);
    paragraphs.extend(incidents(&context.situation.incident_counts));
    paragraphs.extend(casualties(&context.situation.casualties));
    paragraphs
}

pub fn displacement(context: &Context) -> Vec<String> {
    let mut paragraphs = all(context, &[DEPARTURES]);
    let stocks = all(context, &STOCKS);
    let both = !paragraphs.is_empty() && !stocks.is_empty();
    paragraphs.extend(stocks);
    if both {
        let rule = "Departures are counted over a period and displaced people on a day. They \
                    are different things and are never added.";
        paragraphs.push(rule.to_owned());
    }
    paragraphs
}

fn all(context: &Context, metrics: &[Metric]) -> Vec<String> {
    let numbers = metrics.iter().filter_map(|metric| context.situation.number(*metric));
    numbers.map(|number| paragraph(context, number)).collect()
}

fn paragraph(context: &Context, number: &Number) -> String {
    let sentences = [
        Some(told(context, number, usize::MAX)),
        bounds(&number.quantity),
        caveats(number),
        disputes::of_number(context, number),
        disputes::of_parts(context, number).or_else(|| parts(context, number)),
        others(context, number, Exclusion::OtherSource, ALTERNATIVES),
        others(context, number, Exclusion::OverlappingPeriod, ALTERNATIVES),
        others(context, number, Exclusion::OverlappingArea, ALTERNATIVES),
        others(context, number, Exclusion::Superseded, ALTERNATIVES),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `2,505 people were killed or injured in Haiti from 1 January to 31 March 2024, according to
/// BINUH (figures/q1-2024).`
fn told(context: &Context, number: &Number, most: usize) -> String {
    let place = context.areas.display_name(&number.area);
    let what = counted(number.metric, &number.quantity, place, &when(context, number));
    match (number.rule, &number.included[..]) {
        (Rule::None, _) => told_otherwise(context, number),
        (Rule::OneFigure | Rule::LatestStock | Rule::SumOfParts, [one]) => {
            let part = if number.rule == Rule::SumOfParts {
                format!("from a figure of a part of it: {}", listed(context, [one]))
            } else {
                according_to(one)
            };
            format!("{what}, {part}.")
        }
        (rule, parts) => {
            let how = match rule {
                Rule::KilledPlusInjured => "killed and injured added up",
                Rule::Disputed => "as far as sources that disagree say",
                _ => "added up from figures of its parts",
            };
            let listed = listed(context, parts.iter().take(most));
            let more = match parts.len().checked_sub(most) {
                None | Some(0) => String::new(),
                Some(more) => format!(", and {more} more under “{}”", section(number.metric)),
            };
            format!("{what}, {how}: {listed}{more}.")
        }
    }
}

/// What limits a number.
fn caveats(number: &Number) -> Option<String> {
    (!number.caveats.is_empty()).then(|| number.caveats.join(" "))
}

/// The heading under which a number is told in full.
fn section(metric: Metric) -> &'static str {
    if HARM.contains(&metric) { HARM_SECTION } else { DISPLACEMENT }
}

fn told_otherwise(context: &Context, number: &Number) -> String {
    let Some(nearest) = nearest(context, number) else {
        let metric = phrases::metric(number.metric);
        return format!("{metric}: no figure speaks of this area and period.");
    };
    let place = context.areas.display_name(&nearest.area);
    let what = counted(number.metric, &nearest.quantity, place, &spoken_of(nearest));
    let source = according_to(&RecordUse::of(nearest));
    format!("{what}, {source}. No figure speaks of exactly the area and period of this report.")
}

/// The period of a flow; the day of the stock that was chosen.
fn when(context: &Context, number: &Number) -> String {
    let chosen = number.included.first().and_then(|used| context.figure(&used.record));
    match (number.metric, chosen) {
        (Metric::Stock(_), Some(figure)) => spoken_of(figure),
        (Metric::Stock(_), None) => format!("on {}", context.day()),
        (Metric::Flow(_), _) => phrases::span(context.situation.question.period),
    }
}

/// Killed and injured, where they add up to the figure that gives them together.
fn parts(context: &Context, number: &Number) -> Option<String> {
    let (sum, _) = disputes::killed_and_injured(context, number)?;
    let bounds = |quantity: &Quantity| (quantity.at_least(), quantity.at_most());
    let closes = bounds(&sum) == bounds(&number.quantity);
    closes.then(|| "The killed and the injured below add up to it.".to_owned())
}

/// `Other figures for the same: more than 2,500 (The Star; figures/star).`
fn others(context: &Context, number: &Number, why: Exclusion, most: usize) -> Option<String> {
    let label = match why {
        Exclusion::OtherSource => "Other figures for the same",
        Exclusion::OverlappingPeriod => "Figures for other periods",
        Exclusion::OverlappingArea => "Figures for other areas",
        Exclusion::Superseded => "Earlier",
        Exclusion::Retracted => "Retracted",
        Exclusion::PartOfCombined => "Parts",
        Exclusion::Rejected => "Rejected",
    };
    let question = &context.situation.question;
    let mut told = disputes::told(context, number);
    told.extend(nearest(context, number));
    let left_out = number.excluded.iter().filter(|excluded| excluded.reason == why);
    let mut figures: Vec<&Stored<Figure>> = left_out
        .filter_map(|found| context.figure(&found.record.record))
        .filter(|figure| !told.iter().any(|other| other.id == figure.id))
        // A figure of wholly another time is told under "How the numbers were made" only.
        .filter(|figure| touches(question, figure))
        .collect();
    if figures.is_empty() {
        return None;
    }
    figures.sort_by_key(|figure| precedence(figure));
    let more = figures.len().saturating_sub(most);
    figures.truncate(most);
    let among = disputes::among(&figures).map(|told| format!(" {told}")).unwrap_or_default();
    let figures: Vec<RecordUse> = figures.into_iter().map(RecordUse::of).collect();
    let more =
        if more == 0 { String::new() } else { format!(", and {more} more under “{METHOD}”") };
    Some(format!("{label}: {}{more}.{among}", listed(context, &figures)))
}

/// Figures with what they speak of, where that is not what was asked for.
fn listed<'u>(context: &Context, uses: impl IntoIterator<Item = &'u RecordUse>) -> String {
    let one = |used: &RecordUse| {
        let record = phrases::record(&used.record, used.revision);
        let figure = context.figure(&used.record);
        let of = figure.map(|figure| differing(context, figure)).unwrap_or_default();
        format!("{}{of} ({}; {record})", phrases::number(&used.quantity), used.publisher)
    };
    phrases::list(&uses.into_iter().map(one).collect::<Vec<_>>())
}

/// ` killed in Port-au-Prince from 8 March to 9 April 2024`
fn differing(context: &Context, figure: &Stored<Figure>) -> String {
    let question = &context.situation.question;
    let metric = match figure.kind {
        Kind::Flow { metric: FlowMetric::Killed, .. } => " killed",
        Kind::Flow { metric: FlowMetric::Injured, .. } => " injured",
        Kind::Flow { .. } | Kind::Stock { .. } => "",
    };
    let place = if figure.area == question.area {
        String::new()
    } else {
        format!(" in {}", context.areas.display_name(&figure.area))
    };
    let when = match figure.kind {
        Kind::Flow { period, .. } if period == question.period => String::new(),
        Kind::Flow { .. } | Kind::Stock { .. } => format!(" {}", spoken_of(figure)),
    };
    format!("{metric}{place}{when}")
}

/// `Incidents on record: killing 3, 1 of them verified (incidents/a, …).`
fn incidents(counts: &[Count<IncidentType>]) -> Option<String> {
    let one = |count: &Count<IncidentType>| {
        let kind = count.of.as_str().replace('_', " ");
        let verified = count.verified;
        format!("{kind} {}, {verified} of them verified{}", count.quantity, behind(count))
    };
    let counts: Vec<String> = counts.iter().filter(|count| stands(count)).map(one).collect();
    (!counts.is_empty()).then(|| format!("Incidents on record: {}.", counts.join("; ")))
}

/// `People harmed in the incidents on record, which are not all that happened: killed 8 to 12, 4 of
/// them in verified incidents.`
fn casualties(counts: &[Count<Harm>]) -> Option<String> {
    let one = |count: &Count<Harm>| {
        let harm = count.of.as_str().replace('_', " ");
        let verified = &count.verified_quantity;
        format!("{harm} {}, {verified} of them in verified incidents", count.quantity)
    };
    let counts: Vec<String> = counts.iter().filter(|count| stands(count)).map(one).collect();
    let lead = "People harmed in the incidents on record, which nobody says are all";
    (!counts.is_empty()).then(|| format!("{lead}: {}.", counts.join("; ")))
}

fn stands<K>(count: &Count<K>) -> bool {
    0 < count.included.count + count.possible.count
}

/// The records behind a count, as far as they are shown, and those that may lie outside.
fn behind<K>(count: &Count<K>) -> String {
    let named = |uses: Vec<&RecordUse>, all: i64| {
        let shown = i64::try_from(uses.len()).unwrap_or(i64::MAX);
        let names = names(uses.into_iter().map(|used| used.record.as_str()));
        let more = all - shown;
        if more == 0 { names } else { format!("{names} and {more} more") }
    };
    let mut parts = Vec::new();
    if 0 < count.included.count {
        parts.push(named(count.included.first.iter().collect(), count.included.count));
    }
    if 0 < count.possible.count {
        let possible = count.possible.first.iter().map(|possible| &possible.record).collect();
        let possible = named(possible, count.possible.count);
        parts.push(format!("perhaps outside the area or period: {possible}"));
    }
    format!(" ({})", parts.join("; "))
}
