use super::{
    tests::{START, contingent, step},
    *,
};
use crate::domain::{
    headcount::tests::ledger,
    transitions::{Verb, walk},
};

#[test]
fn every_verb_in_every_state() {
    walk(
        "
state                hold                 resume       withdraw   cancel     depart  return  correct
pledged              on_hold pledged      -            withdrawn  cancelled  -       -       =
confirmed            on_hold confirmed    -            withdrawn  cancelled  -       -       =
training             on_hold training     -            withdrawn  cancelled  -       -       =
trained              on_hold trained      -            withdrawn  cancelled  -       -       =
vetted               on_hold vetted       -            withdrawn  cancelled  -       -       =
briefed              on_hold briefed      -            withdrawn  cancelled  -       -       =
ready                on_hold ready        -            withdrawn  cancelled  =       -       =
deploying            on_hold deploying    -            -          -          =       =       =
deployed             on_hold deployed     -            -          -          =       =       =
rotating             on_hold rotating     -            -          -          -       =       =
repatriated          -                    -            -          -          -       -       =
on_hold pledged      -                    pledged      withdrawn  cancelled  -       -       =
on_hold confirmed    -                    confirmed    withdrawn  cancelled  -       -       =
on_hold training     -                    training     withdrawn  cancelled  -       -       =
on_hold trained      -                    trained      withdrawn  cancelled  -       -       =
on_hold vetted       -                    vetted       withdrawn  cancelled  -       -       =
on_hold briefed      -                    briefed      withdrawn  cancelled  -       -       =
on_hold ready        -                    ready        withdrawn  cancelled  -       -       =
on_hold deploying    -                    deploying    -          -          -       -       =
on_hold deployed     -                    deployed     -          -          -       -       =
on_hold rotating     -                    rotating     -          -          -       -       =
on_hold repatriated  -                    repatriated  -          -          -       -       =
withdrawn            -                    -            -          -          -       -       -
cancelled            -                    -            -          -          -       -       -
        ",
        "the contingent",
        &states(),
        word,
        &verbs(),
    );
}

#[test]
fn every_step_from_every_state() {
    // Each stage with the one state that a step leads there from.
    let table = [
        (Stage::Pledged, None, ""),
        (Stage::Confirmed, Some(Stage::Pledged), "PLEDGED"),
        (Stage::Training, Some(Stage::Confirmed), "CONFIRMED"),
        (Stage::Trained, Some(Stage::Training), "TRAINING"),
        (Stage::Vetted, Some(Stage::Trained), "TRAINED"),
        (Stage::Briefed, Some(Stage::Vetted), "VETTED"),
        (Stage::Ready, Some(Stage::Briefed), "BRIEFED"),
        (Stage::Deploying, None, "a movement; no step leads there"),
        (Stage::Deployed, None, "a movement; no step leads there"),
        (Stage::Rotating, Some(Stage::Deployed), "DEPLOYED"),
        (Stage::Repatriated, None, "a movement; no step leads there"),
    ];
    assert_eq!(table.map(|(to, ..)| to), Stage::ALL);
    for (to, from, allowed) in table {
        for start in states() {
            let mut contingent = start.clone();
            let advanced = contingent.advance(to, &Readiness::default(), &ledger(&[]), step(START));
            if from.is_some_and(|from| start.state == State::At(from)) {
                assert!(advanced.is_ok(), "{} to {to}", word(&start));
                assert_eq!(contingent.state, State::At(to));
            } else {
                let refused = match to {
                    Stage::Pledged => Refused::Beginning,
                    _ => Refused::State(start.forbids(allowed)),
                };
                assert_eq!(advanced, Err(refused), "{} to {to}", word(&start));
                assert_eq!(contingent, start);
            }
        }
    }
}

#[test]
fn a_contingent_ends_in_no_state_with_people_on_the_way_or_there() {
    for start in states() {
        let ends = |account: Account| {
            let ledger = ledger(&[(Account::Outside, account, 10)]);
            let mut contingent = start.clone();
            let ended = contingent.end(State::Withdrawn, &ledger, step(START));
            let cancelled = start.clone().end(State::Cancelled, &ledger, step(START));
            assert_eq!(ended.is_ok(), cancelled.is_ok());
            assert!(ended.is_ok() || contingent == start, "a refusal changes nothing");
            ended.is_ok()
        };
        let may_end = ends(Account::Ready);
        for account in Account::ALL.iter().copied().filter(|one| *one != Account::Outside) {
            let stays = matches!(
                account,
                Account::InTransit
                    | Account::Present
                    | Account::OnLeave
                    | Account::Medical
                    | Account::Returning
            );
            assert_eq!(ends(account), may_end && !stays, "{} {account}", word(&start));
        }
    }
}

#[test]
fn every_movement_in_every_state() {
    walk(
        "
state                some go            all are there     some return       all are home
pledged              deploying          deployed          rotating          repatriated
confirmed            deploying          deployed          rotating          repatriated
training             deploying          deployed          rotating          repatriated
trained              deploying          deployed          rotating          repatriated
vetted               deploying          deployed          rotating          repatriated
briefed              deploying          deployed          rotating          repatriated
ready                deploying          deployed          rotating          repatriated
deploying            =                  deployed          rotating          repatriated
deployed             deploying          =                 rotating          repatriated
rotating             =                  =                 =                 repatriated
repatriated          =                  =                 rotating          =
on_hold pledged      on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold confirmed    on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold training     on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold trained      on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold vetted       on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold briefed      on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold ready        on_hold deploying  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold deploying    =                  on_hold deployed  on_hold rotating  on_hold repatriated
on_hold deployed     on_hold deploying  =                 on_hold rotating  on_hold repatriated
on_hold rotating     =                  =                 =                 on_hold repatriated
on_hold repatriated  =                  =                 on_hold rotating  =
withdrawn            -                  -                 -                 -
cancelled            -                  -                 -                 -
        ",
        "the contingent",
        &states(),
        word,
        &movements(),
    );
}

fn states() -> Vec<Contingent> {
    let at = Stage::ALL.iter().copied().map(State::At);
    let held = Stage::ALL.iter().copied().map(State::OnHold);
    at.chain(held).chain([State::Withdrawn, State::Cancelled]).map(contingent).collect()
}

fn word(contingent: &Contingent) -> String {
    match contingent.state {
        State::At(stage) => stage.to_string(),
        State::OnHold(stage) => format!("on_hold {stage}"),
        State::Withdrawn => "withdrawn".to_owned(),
        State::Cancelled => "cancelled".to_owned(),
    }
}

fn verbs() -> [Verb<Contingent, Refused>; 7] {
    let before_departure = "any state before DEPLOYING";
    [
        Verb {
            name: "hold",
            needs: "any state before REPATRIATED",
            run: |contingent| contingent.hold(step(START)).map(drop),
        },
        Verb {
            name: "resume",
            needs: "ON_HOLD",
            run: |contingent| contingent.resume(step(START)).map(drop),
        },
        Verb {
            name: "withdraw",
            needs: before_departure,
            run: |contingent| contingent.end(State::Withdrawn, &ledger(&[]), step(START)).map(drop),
        },
        Verb {
            name: "cancel",
            needs: before_departure,
            run: |contingent| contingent.end(State::Cancelled, &ledger(&[]), step(START)).map(drop),
        },
        Verb {
            name: "depart",
            needs: "READY, DEPLOYING or DEPLOYED",
            run: |contingent| contingent.may_depart(&Readiness::default(), START),
        },
        Verb {
            name: "return",
            needs: "DEPLOYING, DEPLOYED or ROTATING",
            run: |contingent| contingent.may_return(START),
        },
        Verb {
            name: "correct",
            needs: "any state but WITHDRAWN and CANCELLED",
            run: |contingent| contingent.may_correct(),
        },
    ]
}

fn movements() -> [Verb<Contingent, Refused>; 4] {
    let needs = "any state but WITHDRAWN and CANCELLED";
    [
        Verb {
            name: "some go",
            needs,
            run: |contingent| follow_ledger(contingent, Account::InTransit, false),
        },
        Verb {
            name: "all are there",
            needs,
            run: |contingent| follow_ledger(contingent, Account::Present, false),
        },
        Verb {
            name: "some return",
            needs,
            run: |contingent| follow_ledger(contingent, Account::Returning, true),
        },
        Verb {
            name: "all are home",
            needs,
            run: |contingent| follow_ledger(contingent, Account::Repatriated, true),
        },
    ]
}

/// Derives the stage after a movement that left everyone in one account.
fn follow_ledger(
    contingent: &mut Contingent,
    account: Account,
    homeward: bool,
) -> Result<(), Refused> {
    let ledger = ledger(&[(Account::Outside, account, 400)]);
    contingent.follow_ledger(&ledger, homeward, step(START)).map(drop)
}
