//! The one table from our errors to what callers see.

use muster_service::{Failure, FieldViolation, Reason, Refusal, database};
use time::OffsetDateTime;
use tonic::Status;

use crate::{
    app::Error,
    domain::{
        OutOfOrder, StateForbids, contingent,
        headcount::{self, Account, Negative},
        mandate::Outside,
        mission::{CheckType, Stage},
        moment, movement, pledge,
    },
};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(match error {
            Error::Work(error) => return error.into(),
            Error::Refused(refusal) => refusal,
            Error::Pledge(pledge::Refused::State(state))
            | Error::Contingent(contingent::Refused::State(state))
            | Error::Movement(movement::Refused::State(state)) => state_forbids(&state),
            Error::Pledge(pledge::Refused::Order(order))
            | Error::Contingent(contingent::Refused::Order(order))
            | Error::Movement(movement::Refused::Order(order)) => out_of_order(&order),
            Error::Contingent(contingent::Refused::Unready { stage, missing }) => {
                unready(stage, &missing)
            }
            Error::Contingent(contingent::Refused::Beginning) => {
                FieldViolation::new("must not be PLEDGED: no step leads there")
                    .under("state")
                    .into()
            }
            Error::Movement(
                ref refused @ movement::Refused::TooMany { account, travelling, at, .. },
            ) => empty(refused.to_string(), account, at, travelling.into()),
            Error::Contingent(contingent::Refused::Late(late))
            | Error::Movement(movement::Refused::Late(late)) => {
                Refusal::new(Reason::TimeOutOfOrder, late.to_string())
                    .with("field", late.field)
                    .with("latest", late.latest)
            }
            Error::Mandate(outside) => outside_mandate(outside),
            Error::Headcount(headcount::Refused::Negative(negative)) => {
                let Negative { account, available, at, .. } = negative;
                empty(negative.to_string(), account, at, available)
            }
            Error::Headcount(headcount::Refused::Large(large)) => {
                Refusal::new(Reason::NumberOverflow, large.to_string())
            }
            Error::Ceiling(exceeded) => Refusal::new(Reason::CeilingExceeded, exceeded.to_string())
                .with("ceiling", exceeded.ceiling)
                .with("present", exceeded.present)
                .with("time", moment(exceeded.at)),
            Error::Overflow(overflow) => Refusal::new(Reason::NumberOverflow, overflow.to_string()),
            Error::Store(ref error) => database::refusal(error),
        })
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}

fn unready(stage: Stage, missing: &[CheckType]) -> Refusal {
    let words: Vec<&str> = missing.iter().map(|check| check.as_str()).collect();
    let sentence = format!("the step to {stage} lacks passed checks: {}", words.join(", "));
    let refusal = Refusal::new(Reason::ReadinessIncomplete, sentence);
    missing.iter().fold(refusal, |refusal, check| {
        let word = check.as_str().to_uppercase();
        let what = format!("{word} has no passed check that is the last by then");
        refusal.unmet("READINESS_CHECK", word, what)
    })
}

fn outside_mandate(outside: Outside) -> Refusal {
    let said: Vec<&str> = outside.unmet.iter().map(|unmet| unmet.what.as_str()).collect();
    let refusal = Refusal::new(Reason::OutsideMandate, said.join("; "));
    outside
        .unmet
        .into_iter()
        .fold(refusal, |refusal, unmet| refusal.unmet(unmet.condition, unmet.subject, unmet.what))
}

/// An account has not as many people as are to leave it.
fn empty(sentence: String, account: Account, at: OffsetDateTime, available: i64) -> Refusal {
    Refusal::new(Reason::HeadcountNegative, sentence)
        .with("account", account.as_str().to_uppercase())
        .with("time", moment(at))
        .with("available", available)
}

fn state_forbids(state: &StateForbids) -> Refusal {
    Refusal::new(Reason::StateForbids, state.to_string())
        .with("state", state.state.to_uppercase())
        .with("allowed", &state.allowed)
}

fn out_of_order(order: &OutOfOrder) -> Refusal {
    Refusal::new(Reason::TimeOutOfOrder, order.to_string())
        .with("field", order.field)
        .with("earliest", &order.earliest)
}
