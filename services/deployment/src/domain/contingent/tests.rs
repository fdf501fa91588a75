use time::{Duration, macros::datetime};

use super::*;
use crate::domain::{headcount::tests::ledger, mission::Requirement, readiness::Outcome};

pub(super) const START: OffsetDateTime = datetime!(2024-02-01 0:00 UTC);

pub(super) fn contingent(state: State) -> Contingent {
    Contingent {
        display_name: "First".into(),
        partner: Id::trusted("ken"),
        pledge: None,
        ordinal: 1,
        category: Category::Police,
        headcount: 400,
        state,
        pledged_at: Some(START),
        steps: 0,
        last_step_at: None,
        sources: Vec::new(),
    }
}

pub(super) fn step(at: OffsetDateTime) -> Step {
    Step { effective_at: at, note: String::new() }
}

#[test]
fn a_step_without_its_checks_names_each() {
    let briefing = Requirement { stage: Stage::Briefed, check: CheckType::Briefing };
    let vetting = Requirement { stage: Stage::Vetted, check: CheckType::Vetting };
    let mut readiness = Readiness { requirements: vec![briefing, vetting], outcomes: Vec::new() };
    let mut contingent = contingent(State::At(Stage::Vetted));
    let refused = contingent.advance(Stage::Briefed, &readiness, &ledger(&[]), step(START));
    let missing = vec![CheckType::Vetting, CheckType::Briefing];
    assert_eq!(refused, Err(Refused::Unready { stage: Stage::Briefed, missing }));
    let passed = |kind| Outcome { kind, passed: true, checked_at: START };
    readiness.outcomes = vec![passed(CheckType::Briefing), passed(CheckType::Vetting)];
    assert!(contingent.advance(Stage::Briefed, &readiness, &ledger(&[]), step(START)).is_ok());
}

#[test]
fn a_step_may_not_lie_before_the_last() {
    let mut contingent = contingent(State::At(Stage::Pledged));
    contingent.hold(step(START + Duration::DAY)).unwrap();
    assert!(matches!(contingent.resume(step(START)), Err(Refused::Order(_))));
    contingent.resume(step(START + Duration::DAY)).unwrap();
    assert_eq!(contingent.state, State::At(Stage::Pledged));
}

#[test]
fn training_takes_all_who_are_pledged_into_the_ledger() {
    let ledger = ledger(&[(Account::Outside, Account::Pledged, 400)]);
    let mut contingent = contingent(State::At(Stage::Confirmed));
    let transfers =
        contingent.advance(Stage::Training, &Readiness::default(), &ledger, step(START));
    let expected = AccountChange { from: Account::Pledged, to: Account::Training, headcount: 400 };
    assert_eq!(transfers.unwrap().1, [expected]);
}

#[test]
fn half_a_contingent_that_arrived_leaves_it_deploying() {
    let mut entries = vec![
        (Account::Outside, Account::Ready, 400),
        (Account::Ready, Account::InTransit, 200),
        (Account::InTransit, Account::Present, 200),
    ];
    let mut contingent = contingent(State::At(Stage::Ready));
    contingent.follow_ledger(&ledger(&entries), false, step(START)).unwrap();
    assert_eq!(contingent.state, State::At(Stage::Deploying));
    entries.push((Account::Ready, Account::InTransit, 200));
    entries.push((Account::InTransit, Account::Present, 200));
    contingent.follow_ledger(&ledger(&entries), false, step(START)).unwrap();
    assert_eq!(contingent.state, State::At(Stage::Deployed));
}

#[test]
fn a_held_contingent_follows_those_who_are_in_the_air() {
    let landed = ledger(&[
        (Account::Outside, Account::Ready, 400),
        (Account::Ready, Account::InTransit, 400),
        (Account::InTransit, Account::Present, 400),
    ]);
    let mut held = contingent(State::OnHold(Stage::Deploying));
    held.follow_ledger(&landed, false, step(START)).unwrap();
    assert_eq!(held.state, State::OnHold(Stage::Deployed));
    assert_eq!(held.steps, 0, "it takes no step while it is on hold");
    held.resume(step(START)).unwrap();
    assert_eq!(held.state, State::At(Stage::Deployed));
}

#[test]
fn a_held_contingent_changes_with_every_arrival() {
    let half = ledger(&[
        (Account::Outside, Account::Ready, 400),
        (Account::Ready, Account::InTransit, 200),
        (Account::InTransit, Account::Present, 200),
    ]);
    let mut held = contingent(State::OnHold(Stage::Deploying));
    held.follow_ledger(&half, false, step(START)).unwrap();
    assert_eq!(held.state, State::OnHold(Stage::Deploying));
}

#[test]
fn those_who_return_to_a_held_contingent_end_its_rotation() {
    let home = ledger(&[
        (Account::Outside, Account::Returning, 400),
        (Account::Returning, Account::Repatriated, 400),
    ]);
    let mut held = contingent(State::OnHold(Stage::Rotating));
    held.follow_ledger(&home, true, step(START)).unwrap();
    assert_eq!(held.state, State::OnHold(Stage::Repatriated));
}

#[test]
fn the_last_who_come_do_not_undo_a_rotation() {
    let mixed = ledger(&[
        (Account::Outside, Account::Present, 200),
        (Account::Outside, Account::Returning, 200),
    ]);
    for state in [State::At(Stage::Rotating), State::OnHold(Stage::Rotating)] {
        let mut rotating = contingent(state);
        rotating.follow_ledger(&mixed, false, step(START)).unwrap();
        assert_eq!(rotating.state, state);
    }
}

#[test]
fn nobody_leaves_before_the_contingent_was_ready() {
    let mut contingent = contingent(State::At(Stage::Briefed));
    let (before, ready) = (START, START + Duration::DAY);
    contingent.advance(Stage::Ready, &Readiness::default(), &ledger(&[]), step(ready)).unwrap();
    let earliest = "2024-02-02T00:00:00Z".to_owned();
    let order = OutOfOrder { field: "effective_time", earliest };
    let refused = contingent.may_depart(&Readiness::default(), before);
    assert_eq!(refused, Err(Refused::Order(order.clone())));
    assert_eq!(contingent.may_depart(&Readiness::default(), ready), Ok(()));
    contingent.state = State::At(Stage::Deployed);
    assert_eq!(contingent.may_return(before), Err(Refused::Order(order)));
    assert_eq!(contingent.may_return(ready), Ok(()));
}

#[test]
fn a_step_goes_with_its_cause_as_far_as_the_steps_around_it() {
    let day = |days| START + Duration::days(days);
    let moved = |happened, before, after| {
        let mut step = ContingentStep {
            from: Standing::At(Stage::Deploying),
            to: Standing::At(Stage::Deployed),
            effective_at: day(9),
            note: "missions/m/movements/flight-1".into(),
        };
        assert!(step.is_of_arrival("missions/m/movements/flight-1", day(9)));
        assert!(!step.is_of_arrival("missions/m/movements/flight-2", day(9)));
        assert!(!step.is_of_departure("missions/m/movements/flight-1", day(9)));
        step.follow_cause(happened, before, after);
        step.effective_at
    };
    assert_eq!(moved(day(5), Some(day(2)), None), day(5));
    assert_eq!(moved(day(1), Some(day(2)), Some(day(9))), day(2));
    assert_eq!(moved(day(11), Some(day(2)), Some(day(10))), day(10));
}

#[test]
fn a_step_that_goes_on_from_a_hold_needs_no_checks() {
    let briefing = Requirement { stage: Stage::Briefed, check: CheckType::Briefing };
    let readiness = Readiness { requirements: vec![briefing], outcomes: Vec::new() };
    let from = |from| ContingentStep {
        from,
        to: Standing::At(Stage::Briefed),
        effective_at: START,
        note: String::new(),
    };
    let unready = Refused::Unready { stage: Stage::Briefed, missing: vec![CheckType::Briefing] };
    assert_eq!(from(Standing::At(Stage::Vetted)).was_ready(&readiness), Err(unready));
    assert_eq!(from(Standing::OnHold).was_ready(&readiness), Ok(()));
}
