//! Where one more day, place or record tips the answer.

use muster_strength::Measure;
use muster_values::{PartialDate, Quantity};
use time::{Date, Duration, macros::date};

use super::{
    super::{
        deployment::Resource,
        figure::{Figure, FigureRole, FlowMetric, Kind, StockMetric},
        incident::Verification,
    },
    haiti::{self, figure, flow, period, question},
    *,
};

const KILLED: Metric = Metric::Flow(FlowMetric::Killed);

fn answer(records: &Records) -> Situation {
    haiti::answer(&question(), records, haiti::incidents())
}

fn killed(id: &str, start: Date, end: Date, people: i64) -> Stored<Figure> {
    let kind = flow(FlowMetric::Killed, period(start, end));
    let mut figure = figure(id, kind, "1", "UN", date!(2024 - 05 - 01));
    figure.quantity = Quantity::exactly(people);
    figure
}

/// What counts of these as killed, by id.
fn counted(figures: Vec<Stored<Figure>>) -> Vec<String> {
    let situation = answer(&Records { figures, ..haiti::records() });
    let included = &situation.number(KILLED).unwrap().included;
    included.iter().map(|used| phrases::short(&used.record)[8..].to_owned()).collect()
}

#[test]
fn a_recommended_figure_comes_first_then_the_latest_published_then_the_first_by_name() {
    let quarter = haiti::quarter();
    let of = |id, published: Date, role| {
        let mut figure = killed(id, quarter.start(), quarter.end(), 1);
        figure.source.publication_date = Some(PartialDate::from(published));
        figure.role = role;
        figure
    };
    let (early, late) = (date!(2024 - 04 - 01), date!(2024 - 05 - 01));
    let beside = of("a", late, FigureRole::Triangulation);
    let old = of("b", early, FigureRole::Recommended);
    let new = of("d", late, FigureRole::Recommended);
    let same = of("c", late, FigureRole::Recommended);
    assert_eq!(counted(vec![beside.clone(), old.clone(), new.clone(), same]), ["c"]);
    assert_eq!(counted(vec![beside.clone(), old.clone(), new]), ["d"]);
    assert_eq!(counted(vec![beside.clone(), old]), ["b"]);
    assert_eq!(counted(vec![beside]), ["a"]);
}

#[test]
fn a_longer_part_counts_before_those_that_it_overlaps() {
    let january = killed("b-january", date!(2024 - 01 - 01), date!(2024 - 02 - 01), 10);
    let week = killed("a-week", date!(2024 - 01 - 29), date!(2024 - 02 - 05), 4);
    let march = killed("c-march", date!(2024 - 03 - 01), date!(2024 - 04 - 01), 20);
    assert_eq!(counted(vec![week, january, march]), ["b-january", "c-march"]);
}

#[test]
fn a_larger_part_of_the_country_counts_before_those_in_it() {
    let (start, end) = (haiti::quarter().start(), haiti::quarter().end());
    let of = |id, area: &str| {
        let mut figure = killed(id, start, end, 1);
        area.clone_into(&mut figure.area);
        figure
    };
    let parts = vec![of("a-capital", "HT0111"), of("b-ouest", "HT01"), of("c-artibonite", "HT05")];
    assert_eq!(counted(parts), ["b-ouest", "c-artibonite"]);
}

#[test]
fn a_stock_of_a_later_day_is_not_known_yet() {
    let kind = |as_of| Kind::Stock { metric: StockMetric::Displaced, as_of };
    let (today, tomorrow) = (date!(2024 - 06 - 26), date!(2024 - 06 - 27));
    let mut records = haiti::records();
    records.figures.push(figure("stock-tomorrow", kind(tomorrow), "600,000", "IOM", tomorrow));
    let stock = |records: &Records| {
        let situation = answer(records);
        situation.number(Metric::Stock(StockMetric::Displaced)).unwrap().clone()
    };
    assert_eq!(stock(&records).quantity.to_string(), "362,551");
    assert_eq!(stock(&records).excluded[1].reason, Exclusion::OverlappingPeriod);
    records.figures.push(figure("stock-today", kind(today), "578,074", "IOM", tomorrow));
    assert_eq!(stock(&records).quantity.to_string(), "578,074");
}

#[test]
fn a_pledge_that_was_withdrawn_no_longer_counts() {
    let pledged = |withdrawn_on| {
        let mut records = haiti::records();
        for resource in &mut records.deployment {
            if let Resource::Pledge(pledge) = resource {
                pledge.withdrawn_on = pledge.size.is_none().then_some(withdrawn_on);
            }
        }
        let lines = answer(&records).presence.lines;
        let line = lines.iter().find(|line| line.measure == Measure::Pledged);
        line.map(|line| (line.quantity.to_string(), line.records.len() + line.without_number.len()))
    };
    let today = date!(2024 - 06 - 26);
    assert_eq!(pledged(today), Some(("1,000".to_owned(), 1)));
    assert_eq!(pledged(today + Duration::DAY), Some(("at least 1,000".to_owned(), 2)));
}

#[test]
fn a_retracted_figure_contradicts_nothing() {
    let mut records = haiti::records();
    for figure in &mut records.figures {
        figure.retracted = figure.id.as_str() == "fled-star";
    }
    let departures = |conflict: &Conflict| conflict.summary.starts_with("Departures");
    assert!(!answer(&records).conflicts.iter().any(departures));
    assert!(answer(&haiti::records()).conflicts.iter().any(departures));
}

#[test]
fn the_latest_word_of_a_source_on_who_controls_what_stands() {
    let mut records = haiti::records();
    let mut earlier = haiti::assessment("z-earlier", "80", None, None, "UN");
    earlier.assessed_on = PartialDate::new(2024, 1, 0).unwrap();
    let mut later = haiti::assessment("a-later", "85", None, None, "UN");
    later.assessed_on = PartialDate::new(2024, 6, 27).unwrap();
    records.assessments.extend([earlier, later]);
    let control = answer(&records).control;
    let ids: Vec<&str> = control.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(ids, ["star", "un"]);
}

#[test]
fn an_incident_counts_where_every_day_that_it_can_be_lies_in_the_period() {
    let mut incidents = haiti::incidents();
    let mut year = haiti::incident("some-day", Verification::Unverified);
    year.occurred_on = PartialDate::new(2024, 0, 0).unwrap();
    let mut abroad = haiti::incident("elsewhere", Verification::Unverified);
    "DO".clone_into(&mut abroad.area);
    incidents.extend([year, abroad]);
    let answer = haiti::answer(&question(), &haiti::records(), incidents);
    let count = &answer.incident_counts[0];
    assert_eq!(count.quantity.to_string(), "between 1 and 2");
    assert_eq!(count.possible.first[0].record.record, "missions/haiti/incidents/some-day");
    assert_eq!(count.possible.first[0].doubts, [Doubt::Period]);
}
