use time::macros::datetime;

use super::*;

fn row(harm: Harm, sex: Option<Sex>, number: i64) -> Casualties {
    Casualties { harm, quantity: Quantity::exactly(number), sex, age_band: None }
}

#[test]
fn casualties_fit_the_type_and_each_other() {
    let check = |rows: &[Casualties]| check_casualties(IncidentType::Killing, rows);
    let (killed, injured) = (row(Harm::Killed, None, 3), row(Harm::Injured, None, 3));
    assert_eq!(check(&[]), Ok(()));
    assert_eq!(check(&[killed.clone(), injured.clone()]), Ok(()));
    assert_eq!(check(std::slice::from_ref(&injured)).unwrap_err().row, None);
    let women = row(Harm::Killed, Some(Sex::Female), 5);
    assert!(check(&[killed.clone(), women.clone()]).is_err());
    assert_eq!(check(&[killed.clone(), injured, killed.clone()]).unwrap_err().row, Some(2));
    assert_eq!(suffered(std::slice::from_ref(&women), Harm::Killed), Some(Quantity::exactly(5)));
    assert_eq!(suffered(&[women], Harm::Missing), None);
}

#[test]
fn a_date_spans_what_its_precision_leaves_open() {
    let on = |month, day| PartialDate::new(2024, month, day).unwrap();
    let text = |on, precision| {
        let (first, last) = span(on, precision);
        format!("{first} {last}")
    };
    assert_eq!(text(on(1, 1), DatePrecision::Year), "2024-01-01 2024-12-31");
    assert_eq!(text(on(0, 0), DatePrecision::Year), "2024-01-01 2024-12-31");
    assert_eq!(text(on(3, 5), DatePrecision::Month), "2024-03-01 2024-03-31");
    assert_eq!(text(on(3, 15), DatePrecision::Week), "2024-03-11 2024-03-17");
    assert_eq!(text(on(3, 5), DatePrecision::Day), "2024-03-05 2024-03-05");
}

#[test]
fn every_outcome_in_every_state() {
    let finding =
        |outcome| Verification::Found(Finding { outcome, note: "one source".to_owned(), at: THEN });
    let table = [
        (Verification::Unverified, ["verified", "unverifiable", "rejected"]),
        (finding(Outcome::Verified), ["verified", "unverifiable", "rejected"]),
        (finding(Outcome::Unverifiable), ["verified", "unverifiable", "rejected"]),
        (finding(Outcome::Rejected), ["verified", "unverifiable", "rejected"]),
    ];
    for (verification, next) in table {
        for (outcome, next) in Outcome::ALL.iter().zip(next) {
            let mut incident = incident(verification.clone());
            incident.verify(*outcome, "two sources".to_owned(), NOW);
            assert_eq!(incident.verification.word(), next, "{verification:?}");
            let note = "two sources".to_owned();
            let found = Finding { outcome: *outcome, note, at: NOW };
            assert_eq!(incident.verification.finding(), Some(&found), "{verification:?}");
        }
    }
}

#[test]
fn a_verification_stays_until_what_was_looked_into_changes() {
    let found = Finding { outcome: Outcome::Verified, note: "two sources".to_owned(), at: THEN };
    let before = incident(Verification::Found(found));
    let after = |change: fn(&mut Incident)| {
        let mut after = incident(Verification::Unverified);
        change(&mut after);
        after.keep_verification_of(&before);
        after.verification
    };
    let kept: [fn(&mut Incident); 5] = [
        |_| {},
        |after| after.place_name = "the old prison".to_owned(),
        |after| after.actors = vec!["a gang".to_owned()],
        |after| after.narrative = "Thousands of detainees escape at night.".to_owned(),
        |after| after.sources = vec![Source::default()],
    ];
    for change in kept {
        assert_eq!(after(change), before.verification);
    }
    let taken_back: [fn(&mut Incident); 5] = [
        |after| after.kind = IncidentType::AttackOnSite,
        |after| after.occurred_on = PartialDate::new(2024, 3, 3).unwrap(),
        |after| after.precision = DatePrecision::Week,
        |after| after.area = "HT01".to_owned(),
        |after| after.casualties = vec![row(Harm::Killed, None, 3)],
    ];
    for change in taken_back {
        assert_eq!(after(change), Verification::Unverified);
    }
}

const THEN: OffsetDateTime = datetime!(2024-03-04 12:00 UTC);
const NOW: OffsetDateTime = datetime!(2024-03-09 12:00 UTC);

fn incident(verification: Verification) -> Incident {
    Incident {
        kind: IncidentType::PrisonBreak,
        occurred_on: PartialDate::new(2024, 3, 2).unwrap(),
        precision: DatePrecision::Day,
        area: "HT0111".to_owned(),
        place_name: String::new(),
        actors: Vec::new(),
        casualties: Vec::new(),
        narrative: "Thousands of detainees escape.".to_owned(),
        language: "en".to_owned(),
        sources: Vec::new(),
        verification,
    }
}
