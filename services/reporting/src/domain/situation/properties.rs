//! What holds of any records.

use std::collections::BTreeMap;

use muster_values::{Period, Quantity};
use proptest::prelude::*;
use time::{Duration, macros::date};

use super::{
    super::figure::{Figure, FigureRole, FlowMetric, Kind},
    haiti::{self, figure, flow, period, question},
    *,
};

const AREAS: [&str; 4] = ["HT", "HT01", "HT0111", "HT05"];

/// A figure of one of three metrics in one of four areas over a few days of March.
fn any_figure() -> impl Strategy<Value = Stored<Figure>> {
    let metric = proptest::sample::select(&FlowMetric::ALL[..3]);
    let area = proptest::sample::select(&AREAS[..]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (metric, area, 0i64..10, 1i64..11, 0i64..5000, flags, 0i64..3).prop_map(
        |(metric, area, start, days, people, (lower, beside, retracted), published)| {
            let start = date!(2024 - 03 - 01) + Duration::days(start);
            let kind = flow(metric, period(start, start + Duration::days(days)));
            let published = date!(2024 - 06 - 01) + Duration::days(published);
            let mut figure = figure("", kind, "1", "UN", published);
            figure.quantity = Quantity::within(Some(people), (!lower).then_some(people));
            figure.role = if beside { FigureRole::Triangulation } else { FigureRole::Recommended };
            figure.retracted = beside && retracted;
            area.clone_into(&mut figure.area);
            figure
        },
    )
}

fn any_figures() -> impl Strategy<Value = Vec<Stored<Figure>>> {
    proptest::collection::vec(any_figure(), 0..14).prop_map(|mut figures| {
        for (place, figure) in figures.iter_mut().enumerate() {
            figure.id = muster_values::Id::trusted(format!("f{place:02}"));
        }
        figures
    })
}

fn ten_days() -> Question {
    let period = period(date!(2024 - 03 - 01), date!(2024 - 03 - 11));
    Question { period, ..question() }
}

fn answer(records: &Records) -> Situation {
    super::haiti::answer(&ten_days(), records, Vec::new())
}

fn with(figures: Vec<Stored<Figure>>) -> Records {
    Records { figures, ..haiti::records() }
}

fn flow_of(figure: &Stored<Figure>) -> (FlowMetric, Period) {
    match figure.kind {
        Kind::Flow { metric, period } => (metric, period),
        Kind::Stock { .. } => panic!("a stock behind a flow"),
    }
}

fn counted<'r>(number: &Number, records: &'r Records) -> Vec<&'r Stored<Figure>> {
    let used =
        |figure: &&Stored<Figure>| number.included.iter().any(|used| used.record == figure.name());
    records.figures.iter().filter(used).collect()
}

/// How often a figure is named behind a number.
fn told(number: &Number, figure: &Stored<Figure>) -> usize {
    let excluded = number.excluded.iter().map(|found| &found.record);
    let uses = number.included.iter().chain(excluded);
    uses.filter(|used| used.record == figure.name()).count()
}

proptest! {
    #[test]
    fn the_order_of_the_records_changes_nothing(
        (figures, shuffled) in any_figures().prop_flat_map(|figures| {
            (Just(figures.clone()), Just(figures).prop_shuffle())
        }),
        deployment in Just(haiti::records().deployment).prop_shuffle(),
        assessments in Just(haiti::records().assessments).prop_shuffle(),
    ) {
        let other = Records { assessments, deployment, ..with(shuffled) };
        prop_assert_eq!(answer(&with(figures)), answer(&other));
    }

    #[test]
    fn nobody_is_counted_twice(figures in any_figures()) {
        let (records, areas) = (with(figures), haiti::records());
        let areas = Areas::new(&areas.deployment);
        for number in answer(&records).numbers {
            // Figures of one cell that disagree are a range: of them the largest counts, once.
            let mut cells = BTreeMap::<_, i64>::new();
            for figure in counted(&number, &records) {
                let (metric, period) = flow_of(figure);
                prop_assert!(!figure.retracted && ten_days().period.contains(period));
                let least = figure.quantity.at_least().unwrap();
                let largest = cells.entry((metric, period, figure.area.as_str())).or_default();
                *largest = least.max(*largest);
            }
            prop_assert!(number.quantity.at_least().unwrap_or(0) <= cells.values().sum());
            for (place, one) in cells.keys().enumerate() {
                for other in cells.keys().skip(place + 1) {
                    let apart = !one.1.overlaps(other.1) || !areas.overlap(one.2, other.2);
                    prop_assert!(apart || one.0 != other.0);
                }
            }
        }
    }

    #[test]
    fn no_record_of_a_metric_is_left_unnamed(figures in any_figures()) {
        let records = with(figures);
        let situation = answer(&records);
        for figure in &records.figures {
            let number = situation.number(Metric::Flow(flow_of(figure).0)).unwrap();
            prop_assert_eq!(told(number, figure), 1);
        }
    }

    #[test]
    fn parts_are_the_whole_only_where_they_cover_it(figures in any_figures()) {
        let records = with(figures);
        let sums = answer(&records).numbers.into_iter().filter(|number| {
            number.rule == Rule::SumOfParts && number.quantity.at_most().is_some()
        });
        for number in sums {
            let counted = counted(&number, &records);
            let days = |figure: &&Stored<Figure>| {
                let (_, period) = flow_of(figure);
                (period.end() - period.start()).whole_days()
            };
            prop_assert!(counted.iter().all(|figure| figure.area == "HT"));
            prop_assert_eq!(counted.iter().map(days).sum::<i64>(), 10);
        }
    }

    #[test]
    fn all_that_conflict_disagree_with_another(figures in any_figures()) {
        let records = with(figures);
        let conflicts = answer(&records).conflicts.into_iter();
        for conflict in conflicts.filter(|conflict| !conflict.summary.contains("add up")) {
            let disagrees = |used: &RecordUse| {
                conflict.records.iter().any(|other| !used.quantity.agrees_with(&other.quantity))
            };
            prop_assert!(conflict.records.iter().all(disagrees));
        }
    }
}
