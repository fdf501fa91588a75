//! Numbers stand in English words, with all the records behind them.

use muster_strength::Measure;
use muster_values::{Qualifier, Quantity};

use super::*;

fn given(least: Option<i64>, most: Option<i64>, qualifier: Qualifier, words: &str) -> Quantity {
    Quantity::complete(least, most, Some(qualifier), words).unwrap()
}

/// What the report says of the quarter's other count of harm.
fn other_figure(quantity: &Quantity) -> String {
    let mut records = haiti::records();
    for figure in &mut records.figures {
        if figure.id.as_str() == "q1-harmed-star" {
            figure.quantity = quantity.clone();
        }
    }
    let summary = composed(&question(), &records).summary;
    let told = summary.iter().find_map(|bullet| bullet.split_once("Other figures for the same: "));
    told.unwrap().1.split_once(" (The Star;").unwrap().0.to_owned()
}

#[test]
fn a_list_of_numbers_is_english() {
    use Qualifier::{About, AtLeast, MoreThan};
    let read = |words: &str| other_figure(&Quantity::read(words).unwrap());
    assert_eq!(read("au moins 438"), "at least 438 (“au moins 438”)");
    assert_eq!(read("more than 2 500"), "more than 2,500");
    assert_eq!(read("over 2.400"), "over 2,400");
    assert_eq!(read("About 2500"), "About 2,500");
    assert_eq!(read("environ 2 510"), "“environ 2 510”");
    assert_eq!(read("2,400+"), "2,400+");
    let indonesian = given(Some(2501), None, MoreThan, "lebih dari 2.500");
    assert_eq!(other_figure(&indonesian), "more than 2,500 (“lebih dari 2.500”)");
    let spanish = given(Some(1554), None, AtLeast, "al menos 1,554");
    assert_eq!(other_figure(&spanish), "at least 1,554 (“al menos 1,554”)");
    let unbounded = given(None, None, About, "probablement de 4 milles");
    assert_eq!(other_figure(&unbounded), "“probablement de 4 milles”");
    let words = given(Some(2400), None, AtLeast, "over two thousand");
    assert_eq!(other_figure(&words), "over two thousand");
}

#[test]
fn digits_that_are_only_grouped_otherwise_are_not_quoted() {
    for (words, english) in [("53 125", "53,125"), ("58\u{a0}000", "58,000"), ("3700", "3,700")] {
        let mut records = haiti::records();
        for figure in &mut records.figures {
            if figure.id.as_str() == "stock-march" {
                figure.quantity = Quantity::read(words).unwrap();
            }
        }
        let told = format!(
            "{english} people were displaced in Haiti on 1 March 2024, according to IOM \
             (figures/stock-march)."
        );
        assert!(composed(&question(), &records).summary.contains(&told));
        let made = format!("Counted: {english} (IOM, figures/stock-march).");
        assert!(all(&composed(&question(), &records)).contains(&made));
    }
}

#[test]
fn strength_is_told_in_english() {
    let mut records = haiti::records();
    for resource in &mut records.deployment {
        match resource {
            Resource::Mandate(mandate) => {
                let planned = given(Some(2501), None, Qualifier::MoreThan, "lebih dari 2.500");
                mandate.planned_strength = Some(planned);
            }
            Resource::Pledge(pledge) if pledge.size.is_some() => {
                pledge.size = Quantity::read("au moins 1 000");
            }
            Resource::StrengthClaim(claim) if claim.name.ends_with("star") => {
                claim.quantity = Quantity::read("plus de 400").unwrap();
            }
            _ => {}
        }
    }
    records.deployment.push(Resource::StrengthClaim(StrengthClaim {
        name: "missions/haiti/strengthClaims/hnp-available".to_owned(),
        measure: Measure::Available,
        quantity: given(None, None, Qualifier::About, "probablement de 4 milles"),
        as_of: date!(2023 - 12 - 31),
        subject: "missions/haiti/partners/hnp".to_owned(),
        note: String::new(),
        sources: vec![haiti::source("BINUH", date!(2024 - 01 - 15))],
    }));
    let report = composed(&question(), &records);
    let strength = section(&report, "Strength").join("\n");
    for told in [
        "Planned on 26 June 2024: more than 2,500 (“lebih dari 2.500”) (mandates/s-res-2699).",
        "Kenya: offered at least 1,000 (“au moins 1 000”) on 29 July 2023",
        "Haitian National Police: “probablement de 4 milles” available for duty on",
        "200 (Inspector-General of Police) and more than 400 (“plus de 400”) (The Star) cannot",
    ] {
        assert!(strength.contains(told), "{told}\n{strength}");
    }
    assert!(report.headline.ends_with(", some sources say more than 400"));
}

#[test]
fn a_share_is_told_in_english() {
    let mut records = haiti::records();
    records.assessments = vec![
        haiti::assessment("a", "au moins 80 %", None, None, "A"),
        haiti::assessment("b", "la plupart", Some(51), None, "B"),
        haiti::assessment("c", "80 percent", None, None, "C"),
        haiti::assessment("d", "most of", Some(51), None, "D"),
    ];
    let control = section(&composed(&question(), &records), "Who controls the capital");
    let shares = control.iter().map(|told| told.split_once(" of the capital").unwrap().0);
    let expected = ["At least 80 percent (“au moins 80 %”)", "At least 51 percent (“la plupart”)"];
    assert_eq!(shares.collect::<Vec<_>>(), [&expected[..], &["80 percent", "Most"]].concat());
}

#[test]
fn every_record_behind_a_number_is_named() {
    let (mut records, mut incidents) = (haiti::records(), haiti::incidents());
    for place in 0..9 {
        let id = format!("p{place}");
        records.deployment.push(haiti::pledge(&id, Some("10"), None));
        let mut incident = incidents[0].clone();
        incident.id = Id::trusted(format!("i{place}"));
        incidents.push(incident);
        let mut other = records.figures[4].clone();
        other.id = Id::trusted(format!("f{place}"));
        records.figures.push(other);
    }
    let report = composed_with(&records, incidents);
    let pledged = "Pledged and not withdrawn on 26 June 2024: at least 1,090 (pledges/bgd, \
                   pledges/ken, pledges/p0, pledges/p1, pledges/p2, pledges/p3, pledges/p4, \
                   pledges/p5, pledges/p6, pledges/p7, pledges/p8).";
    assert!(section(&report, "Strength").contains(&pledged.to_owned()));
    let short = "pledges/p2, pledges/p3 and 5 more under “Strength”)";
    assert!(report.summary[1].contains(short), "{}", report.summary[1]);
    assert!(section(&report, "Harm to people").join("\n").contains("incidents/i8"));
    let harmed = &report.summary[3];
    assert!(harmed.contains("and 8 more under “How the numbers were made”"), "{harmed}");
    let made = section(&report, "How the numbers were made").join("\n");
    assert!((0..9).all(|place| made.contains(&format!("figures/f{place}"))));
}

#[test]
fn of_many_incidents_the_first_are_named_and_the_rest_counted() {
    let records = haiti::records();
    let mut incidents = Vec::new();
    for place in 0..600 {
        let mut incident = haiti::incidents()[0].clone();
        incident.id = Id::trusted(format!("incident-{place:03}"));
        incidents.push(incident);
    }
    let harm = section(&composed_with(&records, incidents), "Harm to people");
    assert!(harm.iter().all(|paragraph| paragraph.chars().count() <= 5000));
    let told = harm.join("\n");
    assert!(told.contains("killing 600, 600 of them verified"), "{told}");
    assert!((0..100).all(|place| told.contains(&format!("incidents/incident-{place:03}"))));
    assert!(told.contains("and 500 more"));
}
