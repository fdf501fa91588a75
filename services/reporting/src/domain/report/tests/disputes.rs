//! What cannot be true together is said where either is.

use muster_strength::Account;
use time::macros::datetime;

use super::{
    super::super::{
        figure::{FigureRole, FlowMetric},
        situation::haiti::{LANDED, entry},
    },
    *,
};

fn bullet(report: &Composed, what: &str) -> String {
    let found = report.summary.iter().find(|bullet| bullet.contains(what));
    found.cloned().unwrap_or_default()
}

fn with_figure(id: &str, words: &str) -> Records {
    let mut records = haiti::records();
    for figure in &mut records.figures {
        if figure.id.as_str() == id {
            figure.quantity = Quantity::read(words).unwrap();
        }
    }
    records
}

#[test]
fn a_bullet_says_which_figure_cannot_be_true_with_its_own() {
    let report = composed(&question(), &with_figure("q1-harmed-star", "2,380"));
    let harmed = "2,505 people were killed or injured in Haiti from 1 January to 31 March 2024, \
                  according to BINUH (figures/q1-harmed). 2,380 (The Star; \
                  figures/q1-harmed-star) cannot be true with it.";
    assert_eq!(bullet(&report, "2,505"), harmed);
    assert!(section(&report, "Harm to people")[0].contains("cannot be true with it."));
}

#[test]
fn others_that_contradict_each_other_are_told_as_such() {
    let mut records = with_figure("q1-harmed", "2,400 to 2,600");
    let mut third = records.figures[4].clone();
    third.id = Id::trusted("q1-harmed-third");
    third.quantity = Quantity::exactly(2450);
    records.figures.push(third);
    let told = "More than 2,500 (The Star; figures/q1-harmed-star) and 2,450 (The Star; \
                figures/q1-harmed-third) cannot both be true.";
    let report = composed(&question(), &records);
    assert!(bullet(&report, "2,400 to 2,600").ends_with(told), "{:?}", report.summary);
}

#[test]
fn about_is_compared_by_a_rule_that_is_said() {
    let mut records = with_figure("q1-harmed", "about 2,500");
    let mut third = records.figures[4].clone();
    third.id = Id::trusted("q1-harmed-third");
    third.quantity = Quantity::exactly(2380);
    records.figures.push(third);
    let told = "2,380 (The Star; figures/q1-harmed-third) cannot be true with it (“about” read as \
                2,450 to 2,549).";
    let bullet = bullet(&composed(&question(), &records), "About 2,500");
    assert!(bullet.contains(told), "{bullet}");
}

#[test]
fn figures_of_another_period_that_contradict_each_other_are_told_as_such() {
    let mut records = haiti::records();
    let fled = records.figures.iter().find(|figure| figure.id.as_str() == "fled-dtm");
    let mut part = fled.unwrap().clone();
    part.id = Id::trusted("fled-march");
    let march = haiti::period(date!(2024 - 03 - 08), date!(2024 - 03 - 28));
    part.kind = haiti::flow(FlowMetric::Displaced, march);
    part.quantity = Quantity::exactly(53_125);
    records.figures.push(part);
    let told = bullet(&composed(&question(), &records), "At least 53,125 departures");
    let dispute = " Of these, 94,821 and at least 95,000 cannot both be true.";
    assert!(told.ends_with(dispute), "{told}");
}

#[test]
fn a_stock_that_is_disputed_is_told_as_such() {
    let mut records = haiti::records();
    let mut other =
        records.figures.iter().find(|f| f.id.as_str() == "stock-march").unwrap().clone();
    other.id = Id::trusted("stock-other");
    other.quantity = Quantity::exactly(400_000);
    other.role = FigureRole::Triangulation;
    records.figures.push(other);
    let told = "400,000 (IOM; figures/stock-other) cannot be true with it.";
    assert!(bullet(&composed(&question(), &records), "362,551").contains(told));
}

#[test]
fn killed_and_injured_that_do_not_add_up_are_told_with_the_sum() {
    let report = composed(&question(), &with_figure("q1-killed", "1,661"));
    let told = "Killed and injured add up to 2,506 (figures/q1-killed, figures/q1-injured), which \
                cannot be true with it.";
    assert!(bullet(&report, "2,505").contains(told), "{:?}", report.summary);
    assert!(!bullet(&haiti(), "2,505").contains("add up"));
}

#[test]
fn a_headline_keeps_its_dispute_and_its_length() {
    let mut records = haiti::records();
    for resource in &mut records.deployment {
        if let Resource::Contingent(contingent) = resource {
            contingent.display_name = "Contingent ".repeat(30);
        }
    }
    let headline = composed(&question(), &records).headline;
    assert_eq!(headline.chars().count(), 200);
    assert!(headline.ends_with(" […], some sources say 400"), "{headline}");
}

#[test]
fn a_headline_without_a_conflict_says_one_number() {
    let mut records = haiti::records();
    records.deployment.retain(|resource| *resource != haiti::claim("star", "400", "The Star"));
    let landed = "First Kenyan police contingent: 200 people have arrived in Haiti";
    assert_eq!(composed(&question(), &records).headline, landed);
}

#[test]
fn a_later_movement_is_disputed_on_its_own() {
    let mut records = haiti::records();
    let flight = records.deployment.iter().find_map(|resource| match resource {
        Resource::Movement(movement) => Some(movement.clone()),
        _ => None,
    });
    let mut second = flight.unwrap();
    second.name = "missions/haiti/movements/ken-1-second".to_owned();
    second.arrivals = vec![haiti::arrival(LANDED + Duration::HOUR, 100)];
    second.departed = 100;
    let mut claim = haiti::claim("second", "150", "The Star");
    if let Resource::StrengthClaim(claim) = &mut claim {
        claim.subject.clone_from(&second.name);
    }
    records.deployment.extend([Resource::Movement(second), claim]);
    let landed = "First Kenyan police contingent: 300 people have arrived in Haiti, some sources \
                  say 150 with the last movement";
    assert_eq!(composed(&question(), &records).headline, landed);
}

fn undone(headcount: i32) -> Records {
    let mut records = haiti::records();
    let at = LANDED + Duration::HOUR;
    let mut entry = entry("4", Account::Present, Account::InTransit, headcount, at);
    if let Resource::HeadcountEntry(entry) = &mut entry {
        entry.cause.clone_from(&entry.contingent);
    }
    records.deployment.push(entry);
    records
}

#[test]
fn an_arrival_that_was_undone_is_taken_off_wherever_it_counts() {
    let report = composed(&question(), &undone(50));
    let landed = "First Kenyan police contingent: 150 people have arrived in Haiti";
    assert!(report.headline.starts_with(landed), "{}", report.headline);
    let arrived = "Arrived so far on 26 June 2024: 150 (movements/ken-1-first, contingents/ken-1).";
    assert!(section(&report, "Strength").contains(&arrived.to_owned()));
    assert!(all(&report).contains("the ledger has 150"));
    let report = composed(&question(), &undone(200));
    let left = "First Kenyan police contingent: 200 people have left Nairobi";
    assert_eq!(report.headline, left);
}

#[test]
fn a_contingent_that_goes_on_after_a_hold_does_not_begin_again() {
    let mut records = haiti::records();
    for resource in &mut records.deployment {
        if let Resource::Contingent(contingent) = resource {
            contingent.steps = vec![
                haiti::step("training", datetime!(2024-04-01 9:00 UTC), false),
                haiti::step("on_hold", datetime!(2024-04-10 9:00 UTC), false),
                haiti::step("training", datetime!(2024-04-20 9:00 UTC), true),
            ];
        }
    }
    let then = |at| composed(&super::at(at), &records);
    let report = then(datetime!(2024-05-01 9:00 UTC));
    let told = "First Kenyan police contingent: no longer on hold, in training";
    assert_eq!(report.headline, told);
    let told = "First Kenyan police contingent is to have 400 people, training since 1 April \
                2024, on hold from 10 April 2024 to 20 April 2024 (contingents/ken-1).";
    let strength = section(&report, "Strength");
    assert!(strength.contains(&told.to_owned()), "{strength:#?}");
    let held = then(datetime!(2024-04-11 9:00 UTC));
    assert!(held.headline.ends_with(": on hold"));
    assert!(all(&held).contains("on hold since 10 April 2024"));
}
