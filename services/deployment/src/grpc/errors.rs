//! The one table from our errors to what callers see.

use muster_service::{Failure, Reason, Refusal, database, status};
use tonic::Status;

use crate::{
    app::Error,
    domain::{
        OutOfOrder, StateForbids, contingent,
        headcount::Account,
        mission::{CheckType, Stage},
        movement, pledge,
    },
    store,
};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(match error {
            Error::Halted(halt) => return halt.into(),
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
            Error::Movement(refused @ movement::Refused::TooMany { travelling, .. }) => {
                Refusal::new(Reason::HeadcountNegative, refused.to_string())
                    .with("account", Account::InTransit.as_str().to_uppercase())
                    .with("available", travelling)
            }
            Error::Mandate(unmet) => Refusal::new(Reason::OutsideMandate, unmet.what.clone())
                .unmet(unmet.condition, unmet.subject, unmet.what),
            Error::Headcount(negative) => {
                Refusal::new(Reason::HeadcountNegative, negative.to_string())
                    .with("account", negative.account.as_str().to_uppercase())
                    .with("time", negative.at)
                    .with("available", negative.available)
            }
            Error::Ceiling(exceeded) => Refusal::new(Reason::CeilingExceeded, exceeded.to_string())
                .with("ceiling", exceeded.ceiling)
                .with("present", exceeded.present)
                .with("time", exceeded.at),
            Error::Overflow(overflow) => Refusal::new(Reason::NumberOverflow, overflow.to_string()),
            Error::Store(store::Error::Database(error)) => database::refusal(&error),
            Error::Store(error) => status::internal(&error),
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

fn state_forbids(state: &StateForbids) -> Refusal {
    Refusal::new(Reason::StateForbids, state.to_string())
        .with("state", state.state.to_uppercase())
        .with("allowed", state.allowed)
}

fn out_of_order(order: &OutOfOrder) -> Refusal {
    Refusal::new(Reason::TimeOutOfOrder, order.to_string())
        .with("field", order.field)
        .with("earliest", &order.earliest)
}
