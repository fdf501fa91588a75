use muster_values::{PartialDate, Quantity};
use time::{
    OffsetDateTime,
    macros::{date, datetime},
};

use super::*;

const NOW: OffsetDateTime = datetime!(2024-06-26 0:00 UTC);
const LANDED: OffsetDateTime = datetime!(2024-06-25 15:00 UTC);
const FLIGHT: &str = "missions/m/movements/flight-1";
const CONTINGENT: &str = "missions/m/contingents/ken-1";
const KENYA: &str = "missions/m/partners/ken";
const BENIN: &str = "missions/m/partners/ben";
const POLICE: &str = "missions/m/partners/hnp";

fn entry(
    id: &str,
    from: Account,
    to: Account,
    headcount: i32,
    effective_at: OffsetDateTime,
) -> Entry {
    let moved = from == Account::InTransit || to == Account::InTransit;
    Entry {
        name: format!("{CONTINGENT}/headcountEntries/{id}"),
        contingent: CONTINGENT.to_owned(),
        cause: if moved { FLIGHT } else { CONTINGENT }.to_owned(),
        from,
        to,
        headcount,
        effective_at,
    }
}

fn claim(id: &str, measure: Measure, words: &str, subject: &str) -> Claim {
    Claim {
        name: format!("missions/m/strengthClaims/{id}"),
        measure,
        quantity: Quantity::read(words).unwrap(),
        as_of: date!(2024 - 06 - 25),
        subject: Subject::named(subject).unwrap(),
    }
}

fn pledge(id: &str, size: Option<&str>) -> Pledge {
    Pledge {
        name: format!("missions/m/pledges/{id}"),
        partner: format!("missions/m/partners/{id}"),
        size: size.and_then(Quantity::read),
        offered_on: PartialDate::new(2023, 0, 0).unwrap(),
        confirmed_on: None,
        withdrawn_on: None,
    }
}

fn mandate(id: &str, personnel_ceiling: Option<i32>) -> Mandate {
    Mandate {
        name: format!("missions/m/mandates/{id}"),
        adopted_on: date!(2023 - 10 - 02),
        starts_at: datetime!(2023-10-02 0:00 UTC),
        ends_at: datetime!(2024-10-02 0:00 UTC),
        personnel_ceiling,
        planned_strength: None,
    }
}

fn first_flight() -> Records {
    let partner = |name: &str| Partner { name: name.to_owned(), is_host_force: name == POLICE };
    Records {
        partners: [KENYA, BENIN, POLICE].into_iter().map(partner).collect(),
        contingents: vec![Contingent { name: CONTINGENT.to_owned(), partner: KENYA.to_owned() }],
        movements: vec![Movement {
            name: FLIGHT.to_owned(),
            contingent: CONTINGENT.to_owned(),
            is_homeward: false,
        }],
        entries: vec![
            entry("1", Account::Outside, Account::Ready, 400, datetime!(2024-06-24 9:00 UTC)),
            entry("2", Account::Ready, Account::InTransit, 200, datetime!(2024-06-24 20:00 UTC)),
            entry("3", Account::InTransit, Account::Present, 200, LANDED),
        ],
        ..Records::default()
    }
}

fn least(records: &Records, measure: Measure, subject: &str, at: OffsetDateTime) -> Option<i64> {
    let subject = Subject::named(subject).unwrap();
    records.line(measure, &subject, at).unwrap().and_then(|line| line.quantity.at_least())
}

fn verdicts(records: &Records) -> Vec<Verdict> {
    let strength = records.strength(NOW).unwrap();
    strength.reconciliations.iter().map(|one| one.verdict).collect()
}

#[test]
fn two_claims_about_one_flight_conflict_and_the_ledger_says_which_fits() {
    let mut records = first_flight();
    records.claims = vec![
        claim("chief", Measure::Arrived, "200", FLIGHT),
        claim("press", Measure::Arrived, "400", FLIGHT),
    ];
    assert_eq!(verdicts(&records), [Verdict::Agrees, Verdict::ClaimHigher]);
    let strength = records.strength(NOW).unwrap();
    assert_eq!(strength.reconciliations[1].recorded, Some(Quantity::exactly(200)));
    assert_eq!(strength.reconciliations[1].conflicting, ["missions/m/strengthClaims/chief"]);
}

#[test]
fn strength_is_of_the_moment_asked_for() {
    let records = first_flight();
    let just_before = LANDED - time::Duration::SECOND;
    assert_eq!(least(&records, Measure::Present, "", just_before), Some(0));
    assert_eq!(least(&records, Measure::Present, "", LANDED), Some(200));
}

#[test]
fn a_book_without_any_record_says_nothing_and_after_the_first_0_means_0() {
    let mut records = Records::default();
    assert!(records.strength(NOW).unwrap().nothing_known);
    assert_eq!(records.lines(NOW).unwrap(), []);
    records.pledges =
        vec![Pledge { withdrawn_on: Some(date!(2024 - 01 - 01)), ..pledge("ken", Some("9")) }];
    let lines = records.lines(NOW).unwrap();
    let said: Vec<_> = lines.iter().map(|line| (line.measure, line.quantity.at_most())).collect();
    assert_eq!(said, [(Measure::Pledged, Some(0)), (Measure::Confirmed, Some(0))]);
    assert!(!records.strength(NOW).unwrap().nothing_known);
}

#[test]
fn an_arrival_that_was_undone_did_not_happen() {
    let mut records = first_flight();
    records.entries.push(entry("4", Account::Present, Account::InTransit, 50, NOW));
    let line = records.line(Measure::Arrived, &Subject::Mission, NOW).unwrap().unwrap();
    assert_eq!((line.quantity, line.records.len()), (Quantity::exactly(150), 2));
}

#[test]
fn what_a_correction_of_the_contingent_undoes_is_the_only_movements() {
    let mut records = first_flight();
    let undone = entry("4", Account::Present, Account::InTransit, 50, NOW);
    records.entries.push(Entry { cause: CONTINGENT.to_owned(), ..undone });
    assert_eq!(least(&records, Measure::Arrived, FLIGHT, NOW), Some(150));
    assert_eq!(least(&records, Measure::InTransit, FLIGHT, NOW), Some(50));
    let other = Movement {
        name: "missions/m/movements/flight-2".to_owned(),
        contingent: CONTINGENT.to_owned(),
        is_homeward: false,
    };
    let second = entry("5", Account::InTransit, Account::Present, 1, NOW);
    records.entries.push(Entry { cause: other.name.clone(), ..second });
    records.movements.push(other);
    assert_eq!(least(&records, Measure::Arrived, FLIGHT, NOW), Some(200));
}

#[test]
fn nobody_arrives_with_a_movement_that_goes_home() {
    let mut records = first_flight();
    records.movements[0].is_homeward = true;
    assert_eq!(least(&records, Measure::Arrived, FLIGHT, NOW), None);
}

#[test]
fn a_pledge_without_a_number_leaves_the_sum_open() {
    let records = Records {
        pledges: vec![pledge("ken", Some("1,000")), pledge("tcd", None)],
        ..Records::default()
    };
    let line = records.line(Measure::Pledged, &Subject::Mission, NOW).unwrap().unwrap();
    assert_eq!((line.quantity.at_least(), line.quantity.at_most()), (Some(1000), None));
    assert_eq!(line.without_number, ["missions/m/pledges/tcd"]);
}

#[test]
fn a_ceiling_authorises_any_number_up_to_it() {
    let mut records = first_flight();
    records.mandates = vec![mandate("first", Some(2500))];
    records.claims = vec![
        claim("less", Measure::Authorised, "1,000", ""),
        claim("more", Measure::Authorised, "5,500", ""),
    ];
    assert_eq!(verdicts(&records), [Verdict::Agrees, Verdict::ClaimHigher]);
}

#[test]
fn of_mandates_that_began_at_once_the_one_adopted_last_is_in_force() {
    let newer = Mandate { adopted_on: date!(2023 - 10 - 03), ..mandate("a", None) };
    let records = Records { mandates: vec![newer, mandate("b", None)], ..Records::default() };
    let name = records.mandate_in_force(NOW).map(|mandate| mandate.name.as_str());
    assert_eq!(name, Some("missions/m/mandates/a"));
    assert_eq!(records.mandate_in_force(datetime!(2024-10-02 0:00 UTC)), None);
}

#[test]
fn nobody_came_from_a_partner_without_contingent_and_a_host_force_is_not_in_the_books() {
    let mut records = first_flight();
    records.claims = vec![
        claim("a", Measure::Arrived, "300", BENIN),
        claim("b", Measure::Arrived, "200", CONTINGENT),
        claim("c", Measure::Present, "9,000", POLICE),
        claim("d", Measure::Listed, "9,000", POLICE),
        claim("e", Measure::Arrived, "5", "missions/m/partners/nobody"),
    ];
    let expected = [
        Verdict::ClaimHigher,
        Verdict::Agrees,
        Verdict::NotRecorded,
        Verdict::NotRecorded,
        Verdict::NotRecorded,
    ];
    assert_eq!(verdicts(&records), expected);
}

#[test]
fn a_claim_of_a_day_is_held_against_its_end_at_the_place() {
    let mut records = first_flight();
    records.zone = "America/Port-au-Prince".parse().unwrap();
    records.entries[2].effective_at = datetime!(2024-06-24 22:30 -4);
    let of_that_day = claim("a", Measure::Arrived, "200", FLIGHT);
    records.claims = vec![Claim { as_of: date!(2024 - 06 - 24), ..of_that_day }];
    assert_eq!(verdicts(&records), [Verdict::Agrees]);
    records.zone = muster_values::Zone::UTC;
    assert_eq!(verdicts(&records), [Verdict::ClaimHigher]);
}

#[test]
fn about_is_compared_by_its_reading() {
    let mut records = first_flight();
    records.claims = vec![
        claim("above", Measure::Arrived, "about 800", FLIGHT),
        claim("below", Measure::Arrived, "about 100", FLIGHT),
        claim("equal", Measure::Arrived, "about 200", FLIGHT),
        claim("wider", Measure::Arrived, "more than 100", FLIGHT),
    ];
    let expected = [Verdict::ClaimHigher, Verdict::ClaimLower, Verdict::Agrees, Verdict::Agrees];
    assert_eq!(verdicts(&records), expected);
    let rivals = &records.strength(NOW).unwrap().reconciliations[2].conflicting;
    assert_eq!(rivals[..], ["above", "below"].map(|id| format!("missions/m/strengthClaims/{id}")));
}

#[test]
fn a_claim_whose_words_give_no_number_is_not_compared() {
    let mut records = first_flight();
    let about = Some(muster_values::Qualifier::About);
    let quantity = Quantity::complete(None, None, about, "several hundred").unwrap();
    records.claims = vec![Claim { quantity, ..claim("a", Measure::Arrived, "1", FLIGHT) }];
    assert_eq!(verdicts(&records), [Verdict::NotComparable]);
}

#[test]
fn a_pledge_of_about_a_number_is_compared_by_its_reading() {
    let claimed = |words: &str| Records {
        partners: vec![Partner { name: KENYA.to_owned(), is_host_force: false }],
        pledges: vec![pledge("ken", Some("about 1,500"))],
        claims: vec![claim("a", Measure::Pledged, words, KENYA)],
        ..Records::default()
    };
    assert_eq!(verdicts(&claimed("2,000")), [Verdict::ClaimHigher]);
    assert_eq!(verdicts(&claimed("1,540")), [Verdict::Agrees]);
}
