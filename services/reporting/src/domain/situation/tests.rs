use muster_strength::Measure;
use muster_values::Quantity;
use time::{
    Duration,
    macros::{date, datetime},
};

use super::{
    super::figure::{Figure, FlowMetric, StockMetric},
    haiti::{self, figure, flow, period, question},
    *,
};

const KILLED: Metric = Metric::Flow(FlowMetric::Killed);
const INJURED: Metric = Metric::Flow(FlowMetric::Injured);
const HARMED: Metric = Metric::Flow(FlowMetric::KilledOrInjured);
const FLED: Metric = Metric::Flow(FlowMetric::Displaced);
const STOCK: Metric = Metric::Stock(StockMetric::Displaced);

fn answer(question: &Question, records: &Records) -> Situation {
    haiti::answer(question, records, haiti::incidents())
}

fn haiti() -> Situation {
    answer(&question(), &haiti::records())
}

fn number(situation: &Situation, metric: Metric) -> &Number {
    situation.number(metric).unwrap()
}

fn included(number: &Number) -> Vec<&str> {
    number.included.iter().map(|used| phrases::short(&used.record)).collect()
}

fn excluded(number: &Number) -> Vec<(&str, Exclusion, &str)> {
    number
        .excluded
        .iter()
        .map(|found| {
            let counted = found.in_favour_of.as_deref().map_or("", phrases::short);
            (phrases::short(&found.record.record), found.reason, counted)
        })
        .collect()
}

fn summaries(situation: &Situation) -> Vec<&str> {
    situation.conflicts.iter().map(|conflict| conflict.summary.as_str()).collect()
}

#[test]
fn the_recommended_figure_of_the_quarter_is_chosen_and_the_others_are_named() {
    let haiti = haiti();
    let harmed = number(&haiti, HARMED);
    assert_eq!((&*harmed.quantity.to_string(), harmed.rule), ("2,505", Rule::OneFigure));
    assert_eq!(included(harmed), ["figures/q1-harmed"]);
    assert_eq!(
        excluded(harmed),
        [
            ("figures/q1-harmed-star", Exclusion::OtherSource, "figures/q1-harmed"),
            ("figures/q1-injured", Exclusion::PartOfCombined, "figures/q1-harmed"),
            ("figures/q1-killed", Exclusion::PartOfCombined, "figures/q1-harmed"),
        ]
    );
}

#[test]
fn a_count_until_22_march_is_no_count_of_the_quarter() {
    let haiti = haiti();
    let killed = number(&haiti, KILLED);
    assert_eq!(killed.quantity.to_string(), "1,660");
    let overlapping = Exclusion::OverlappingPeriod;
    assert_eq!(
        excluded(killed),
        [("figures/to-22-march-killed", overlapping, "figures/q1-killed")]
    );
    assert_eq!(number(&haiti, INJURED).quantity.to_string(), "845");
}

#[test]
fn killed_and_injured_are_added_where_no_figure_gives_them_together() {
    let mut records = haiti::records();
    records.figures.retain(|figure| !figure.id.as_str().starts_with("q1-harmed"));
    let haiti = answer(&question(), &records);
    let harmed = number(&haiti, HARMED);
    assert_eq!(
        (&harmed.quantity, harmed.rule),
        (&Quantity::exactly(2505), Rule::KilledPlusInjured)
    );
    assert_eq!(included(harmed), ["figures/q1-injured", "figures/q1-killed"]);
}

#[test]
fn a_retracted_figure_counts_nowhere_and_the_next_source_does() {
    let mut records = haiti::records();
    for figure in &mut records.figures {
        figure.retracted = figure.id.as_str() == "q1-harmed";
    }
    let haiti = answer(&question(), &records);
    let harmed = number(&haiti, HARMED);
    assert_eq!(&*harmed.quantity.to_string(), "more than 2,500");
    let retracted = ("figures/q1-harmed", Exclusion::Retracted, "figures/q1-harmed-star");
    assert!(excluded(harmed).contains(&retracted));
}

#[test]
fn only_figures_of_other_periods_leave_the_number_unknown() {
    let mut asked = question();
    asked.period = period(date!(2024 - 01 - 01), date!(2024 - 02 - 01));
    let haiti = answer(&asked, &haiti::records());
    let killed = number(&haiti, KILLED);
    assert_eq!((&killed.quantity, killed.rule), (&Quantity::unknown(), Rule::None));
    let reasons: Vec<_> = killed.excluded.iter().map(|found| found.reason).collect();
    assert_eq!(reasons, [Exclusion::OverlappingPeriod; 2]);
}

#[test]
fn parts_of_the_country_are_no_more_than_a_lower_bound_of_it() {
    let mut asked = question();
    asked.period = period(date!(2024 - 03 - 08), date!(2024 - 04 - 10));
    let haiti = answer(&asked, &haiti::records());
    let fled = number(&haiti, FLED);
    assert_eq!((&*fled.quantity.to_string(), fled.rule), ("at least 94,821", Rule::SumOfParts));
    assert_eq!(included(fled), ["figures/fled-dtm"]);
    asked.area = "HT0111".to_owned();
    let capital = answer(&asked, &haiti::records());
    let fled = number(&capital, FLED);
    assert_eq!((&*fled.quantity.to_string(), fled.rule), ("94,821", Rule::OneFigure));
    assert!(capital.number(KILLED).is_some_and(|killed| {
        killed.rule == Rule::None
            && killed.excluded.iter().all(|found| found.reason == Exclusion::OverlappingArea)
    }));
}

#[test]
fn quarters_that_cover_the_year_add_up_exactly() {
    let quarters = [
        (1, date!(2024 - 01 - 01), date!(2024 - 04 - 01), "1,660"),
        (2, date!(2024 - 04 - 01), date!(2024 - 07 - 01), "945"),
        (3, date!(2024 - 07 - 01), date!(2024 - 10 - 01), "1,223"),
        (4, date!(2024 - 10 - 01), date!(2025 - 01 - 01), "1,732"),
    ];
    let mut figures: Vec<Stored<Figure>> = quarters
        .iter()
        .map(|(id, start, end, words)| {
            let kind = flow(FlowMetric::Killed, period(*start, *end));
            figure(&format!("q{id}"), kind, words, "BINUH", *end)
        })
        .collect();
    let mut asked = question();
    asked.period = period(date!(2024 - 01 - 01), date!(2025 - 01 - 01));
    let with = |figures: &[Stored<Figure>]| {
        let records = Records { figures: figures.to_vec(), ..haiti::records() };
        number(&answer(&asked, &records), KILLED).clone()
    };
    assert_eq!(with(&figures).quantity, Quantity::exactly(5560));
    figures.pop();
    assert_eq!(with(&figures).quantity.to_string(), "at least 3,828");
}

#[test]
fn the_latest_stock_stands_alone_and_never_with_a_flow() {
    let haiti = haiti();
    let stock = number(&haiti, STOCK);
    assert_eq!((&*stock.quantity.to_string(), stock.rule), ("362,551", Rule::LatestStock));
    let december = ("figures/stock-december", Exclusion::Superseded, "figures/stock-march");
    assert_eq!(excluded(stock), [december]);
    let fled = number(&haiti, FLED);
    assert!(
        included(fled).is_empty() && excluded(fled).iter().all(|found| found.0.contains("fled"))
    );
}

#[test]
fn one_number_with_different_qualifiers_is_told() {
    let drift = "Departures of displaced people in Port-au-Prince from 8 March to 9 April 2024: \
                 94,821 (IOM DTM), nearly 95,000 (IOM) and at least 95,000 (The Star) cannot all \
                 be true; one number with different qualifiers";
    assert!(summaries(&haiti()).contains(&drift), "{:?}", summaries(&haiti()));
}

#[test]
fn four_hundred_and_two_hundred_cannot_both_have_arrived() {
    let flight = "How many arrived with the first movement of the First Kenyan police contingent by \
                  25 June 2024: 200 (Inspector-General of Police) and 400 (The Star) cannot both \
                  be true; the ledger has 200";
    let haiti = haiti();
    let conflict = haiti.conflicts.iter().find(|found| found.summary == flight).unwrap();
    let records: Vec<_> =
        conflict.records.iter().map(|used| phrases::short(&used.record)).collect();
    assert_eq!(
        records,
        ["strengthClaims/koome", "strengthClaims/star", "contingents/ken-1/headcountEntries/3"]
    );
}

#[test]
fn one_claim_may_contradict_the_ledger_alone() {
    let mut records = haiti::records();
    records.deployment.retain(|resource| {
        *resource != haiti::claim("koome", "200", "Inspector-General of Police")
    });
    let haiti = answer(&question(), &records);
    let flight = "400 (The Star) and 200 (the ledger) cannot both be true";
    assert!(summaries(&haiti).iter().any(|summary| summary.ends_with(flight)));
}

#[test]
fn sums_that_do_not_close_are_told() {
    let mut records = haiti::records();
    let killed = records.figures.iter_mut().find(|figure| figure.id.as_str() == "q1-killed");
    killed.unwrap().quantity = Quantity::exactly(1661);
    let sum = "Killed or injured in Haiti from 1 January to 31 March 2024: 1,661 (BINUH) killed \
               and 845 (BINUH) injured add up to 2,506, which cannot be true together with 2,505 \
               (BINUH)";
    assert!(summaries(&answer(&question(), &records)).contains(&sum));
}

#[test]
fn most_of_the_capital_and_nearly_all_of_it_can_both_be_true_but_80_and_50_percent_cannot() {
    let mut records = haiti::records();
    let percent = |summary: &&str| summary.starts_with("Percent of Port-au-Prince");
    assert_eq!(summaries(&haiti()).iter().filter(|summary| percent(summary)).count(), 0);
    records.assessments.push(haiti::assessment("other", "40", None, None, "Other"));
    records.assessments.push(haiti::assessment("more", "80", None, None, "More"));
    let haiti = answer(&question(), &records);
    assert_eq!(summaries(&haiti).iter().filter(|summary| percent(summary)).count(), 1);
    assert_eq!(haiti.control.len(), 4);
}

#[test]
fn the_mission_has_those_that_landed_by_then() {
    let line = |situation: &Situation, measure| {
        let lines = &situation.presence.lines;
        lines.iter().find(|line| line.measure == measure).map(|line| line.quantity.to_string())
    };
    let haiti = haiti();
    assert_eq!(haiti.presence.instrument, "S/RES/2699 (2023)");
    assert_eq!(haiti.presence.lead_partners, ["missions/haiti/partners/ken"]);
    assert_eq!(line(&haiti, Measure::Planned).as_deref(), Some("2,500"));
    assert_eq!(line(&haiti, Measure::Pledged).as_deref(), Some("at least 1,000"));
    assert_eq!(line(&haiti, Measure::Confirmed).as_deref(), Some("1,000"));
    assert_eq!(line(&haiti, Measure::Ready).as_deref(), Some("200"));
    assert_eq!(line(&haiti, Measure::Present).as_deref(), Some("200"));
    assert_eq!(line(&haiti, Measure::Authorised), None);
    let mut earlier = question();
    earlier.valid_at = haiti::LANDED - Duration::SECOND;
    let under_way = answer(&earlier, &haiti::records());
    assert_eq!(line(&under_way, Measure::InTransit).as_deref(), Some("200"));
    assert_eq!(line(&under_way, Measure::Present).as_deref(), Some("0"));
    earlier.valid_at = datetime!(2024-10-02 0:00 UTC);
    assert!(answer(&earlier, &haiti::records()).presence.mandate.is_empty());
    let not_known = answer(&earlier, &Records::default()).presence;
    assert!(not_known.nothing_known && not_known.lines.is_empty());
}

#[test]
fn rejected_incidents_are_not_counted() {
    let counts = haiti().incident_counts;
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].included.count, counts[0].verified), (1, 1));
    assert_eq!(counts[0].included.first[0].record, "missions/haiti/incidents/wharf");
    let mill = &counts[0].excluded.first[0];
    assert_eq!(mill.record.record, "missions/haiti/incidents/mill");
    assert_eq!(mill.reason, Exclusion::Rejected);
}

#[test]
fn the_digest_tells_one_record_from_another_and_not_one_moment_from_another() {
    let digest = haiti().digest;
    let mut asked = question();
    asked.as_of += Duration::DAY;
    assert_eq!(answer(&asked, &haiti::records()).digest, digest);
    let mut records = haiti::records();
    records.figures[4].revision = 2;
    let revised = answer(&question(), &records);
    assert_ne!(revised.digest, digest);
    assert_ne!(number(&revised, HARMED).digest, number(&haiti(), HARMED).digest);
}
