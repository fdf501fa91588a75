//! The one table from our errors to what callers see.

use muster_service::{Failure, Reason, Refusal};
use tonic::Status;

use crate::app::Error;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(match error {
            Error::Work(error) => return error.into(),
            Error::Refused(refusal) => refusal,
            Error::State(state) => Refusal::new(Reason::StateForbids, state.to_string())
                .with("state", state.state.to_uppercase())
                .with("allowed", state.allowed),
            Error::Overflow(overflow) => Refusal::new(Reason::NumberOverflow, overflow.to_string()),
            Error::Store(error) => error.into(),
        })
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        Failure::from(error).into()
    }
}
