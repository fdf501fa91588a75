use time::macros::date;

use super::*;
use crate::domain::transitions::{Verb, walk};

fn offered(size: &str) -> Pledge {
    Pledge {
        partner: Id::trusted("ken"),
        size: Quantity::read(size),
        category: Some(Category::Police),
        offered_on: PartialDate::new(2023, 7, 0).unwrap(),
        conditions: String::new(),
        state: State::Offered,
        confirmed_on: None,
        arrived: 0,
        sources: Vec::new(),
    }
}

#[test]
fn a_pledge_is_not_confirmed_before_it_was_offered() {
    let mut pledge = offered("1,000");
    let refused = pledge.confirm(date!(2023 - 06 - 30), Vec::new()).unwrap_err();
    assert!(matches!(refused, Refused::Order(order) if order.earliest == "2023-07-01"));
    assert_eq!(pledge.state, State::Offered);
}

#[test]
fn arrivals_fulfil_a_pledge_in_part_and_then_in_whole() {
    let mut pledge = offered("at least 400");
    pledge.arrive(200);
    assert_eq!(pledge.state, State::FulfilledInPart);
    pledge.arrive(200);
    assert_eq!((&pledge.state, pledge.arrived), (&State::Fulfilled, 400));
    let withdrawn = pledge.withdraw(date!(2024 - 07 - 01), "done".to_owned());
    assert!(matches!(withdrawn, Err(Refused::State(_))));
}

#[test]
fn every_verb_in_every_state() {
    walk(
        "
state              confirm    withdraw   arrive in part     arrive     offer more         offer less
offered            confirmed  withdrawn  fulfilled_in_part  fulfilled  =                  =
confirmed          -          withdrawn  fulfilled_in_part  fulfilled  =                  =
fulfilled_in_part  -          withdrawn  =                  fulfilled  =                  fulfilled
fulfilled          -          -          =                  =          fulfilled_in_part  =
withdrawn          -          -          =                  =          =                  =
        ",
        "the pledge",
        &states(),
        |pledge| pledge.state.word().to_owned(),
        &verbs(),
    );
}

fn states() -> [Pledge; 5] {
    let (on, reason) = (date!(2024 - 07 - 01), "sent elsewhere".to_owned());
    let withdrawn = State::Withdrawn { on, reason };
    [
        (State::Offered, 0),
        (State::Confirmed, 0),
        (State::FulfilledInPart, 200),
        (State::Fulfilled, 400),
        (withdrawn, 200),
    ]
    .map(|(state, arrived)| Pledge { state, arrived, ..offered("at least 400") })
}

fn verbs() -> [Verb<Pledge, Refused>; 6] {
    [
        Verb {
            name: "confirm",
            needs: "OFFERED",
            run: |pledge| pledge.confirm(date!(2024 - 07 - 01), Vec::new()),
        },
        Verb {
            name: "withdraw",
            needs: "OFFERED, CONFIRMED or FULFILLED_IN_PART",
            run: |pledge| pledge.withdraw(date!(2024 - 07 - 01), "sent elsewhere".into()),
        },
        Verb {
            name: "arrive in part",
            needs: ANY,
            run: |pledge| {
                pledge.arrive(100);
                Ok(())
            },
        },
        Verb {
            name: "arrive",
            needs: ANY,
            run: |pledge| {
                pledge.arrive(400);
                Ok(())
            },
        },
        Verb {
            name: "offer more",
            needs: ANY,
            run: |pledge| {
                update(pledge, "1,000");
                Ok(())
            },
        },
        Verb {
            name: "offer less",
            needs: ANY,
            run: |pledge| {
                update(pledge, "100");
                Ok(())
            },
        },
    ]
}

/// Neither an arrival nor an update is refused because of the state.
const ANY: &str = "any state";

fn update(pledge: &mut Pledge, size: &str) {
    let mut said = offered(size);
    said.keep_progress_of(pledge).unwrap();
    *pledge = said;
}
