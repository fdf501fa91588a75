use muster_values::Period;
use time::{
    OffsetDateTime,
    macros::{date, datetime},
};

use super::{Approval, Publication, Report, State};
use crate::domain::StateForbids;

const THEN: OffsetDateTime = datetime!(2024-06-27 12:00 UTC);
const NOW: OffsetDateTime = datetime!(2024-06-28 12:00 UTC);

#[test]
fn every_verb_in_every_state() {
    let approval = |approver: &str, at| Approval { approver: approver.into(), at };
    let published = |approval, number, at| {
        let publication = Publication { number, at };
        State::Published { approval, publication }
    };
    let draft = State::Draft;
    let approved = State::Approved(approval("editor", THEN));
    let public = published(approval("editor", THEN), 1, THEN);
    let table = [
        // The state; what Update, Approve and Publish make of it, or which they need
        (draft, Ok(State::Draft), Ok(State::Approved(approval("chief", NOW))), Err("APPROVED")),
        (approved, Err("DRAFT"), Err("DRAFT"), Ok(published(approval("editor", THEN), 2, NOW))),
        (public, Err("DRAFT"), Err("DRAFT"), Err("APPROVED")),
    ];
    for (state, update, approve, publish) in table {
        expect(&state, update, |report| report.require_draft());
        expect(&state, approve, |report| report.approve("chief".into(), NOW));
        expect(&state, publish, |report| report.publish(2, NOW));
    }
}

/// Tries a verb on a report in a state: the next state, or the states that the verb needs.
fn expect(
    state: &State,
    expected: Result<State, &'static str>,
    verb: impl Fn(&mut Report) -> Result<(), StateForbids>,
) {
    let before = report(state.clone());
    let mut after = before.clone();
    let outcome = verb(&mut after);
    match expected {
        Ok(next) => {
            assert_eq!((outcome, &after.state), (Ok(()), &next), "{state:?}");
        }
        Err(allowed) => {
            let (what, state) = ("the report".to_owned(), state.word());
            assert_eq!(outcome, Err(StateForbids { what, state, allowed }));
            assert_eq!(after, before, "a refusal changes nothing");
        }
    }
}

fn report(state: State) -> Report {
    Report {
        area: "HT".to_owned(),
        period: Period::new(date!(2024 - 06 - 01), date!(2024 - 07 - 01)).unwrap(),
        valid_at: THEN,
        headline: String::new(),
        summary: Vec::new(),
        sections: Vec::new(),
        media: Vec::new(),
        frozen: Vec::new(),
        state,
        author: "desk".to_owned(),
    }
}
