//! Refusals that a partner's program can act on, and failures that tell it nothing.

use std::{collections::HashMap, error::Error, fmt, time::Duration};

pub use muster_proto::common::v1::ErrorReason as Reason;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

const DOMAIN: &str = "muster";

/// A call that is not done, with the reason for programs and a sentence for people.
#[derive(Debug)]
pub struct Refusal(Box<Parts>);

#[derive(Debug)]
struct Parts {
    reason: Reason,
    message: String,
    details: ErrorDetails,
    metadata: HashMap<String, String>,
}

impl Refusal {
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        let (details, metadata) = (ErrorDetails::new(), HashMap::new());
        Self(Box::new(Parts { reason, message: message.into(), details, metadata }))
    }

    /// Adds a fact that the reason's documentation promises.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl fmt::Display) -> Self {
        self.0.metadata.insert(key.to_owned(), format!("{value}"));
        self
    }

    /// Names a request field and the rule that it breaks.
    #[must_use]
    pub fn violation(mut self, field: impl Into<String>, rule: impl Into<String>) -> Self {
        self.0.details.add_bad_request_violation(field, rule);
        self
    }

    /// Names a condition that is not met.
    #[must_use]
    pub fn unmet(
        mut self,
        kind: &str,
        subject: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        self.0.details.add_precondition_failure_violation(kind, subject, what);
        self
    }

    /// Says when it is worth to call again.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.details.set_retry_info(Some(delay));
        self
    }

    pub fn reason(&self) -> Reason {
        self.0.reason
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let Parts { reason, message, mut details, metadata } = *refusal.0;
        details.set_error_info(word(reason), DOMAIN, metadata);
        Self::with_error_details(code(reason), message, details)
    }
}

/// A failure of ours: the cause goes to the log, never to the caller.
pub fn internal(cause: &(dyn Error + 'static)) -> Refusal {
    tracing::error!(error = cause, "request failed");
    Refusal::new(Reason::Internal, "internal error")
}

/// The reason as it stands in ErrorInfo: the enum value without its prefix.
pub fn word(reason: Reason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix("ERROR_REASON_").unwrap_or(name)
}

/// The gRPC code of each reason, as the comments in error_reason.proto promise.
pub fn code(reason: Reason) -> Code {
    match reason {
        Reason::FieldInvalid
        | Reason::MessageMalformed
        | Reason::RequestIdReused
        | Reason::PageTokenInvalid
        | Reason::ConsistencyTokenInvalid => Code::InvalidArgument,
        Reason::MethodUnknown => Code::Unimplemented,
        Reason::CallerUnknown => Code::Unauthenticated,
        Reason::NotAllowed => Code::PermissionDenied,
        Reason::NotFound => Code::NotFound,
        Reason::AlreadyExists => Code::AlreadyExists,
        Reason::EtagMismatch | Reason::Contended => Code::Aborted,
        Reason::ReferenceUnknown
        | Reason::StillReferenced
        | Reason::StateForbids
        | Reason::ReadinessIncomplete
        | Reason::OutsideMandate
        | Reason::HeadcountNegative
        | Reason::CeilingExceeded
        | Reason::TimeOutOfOrder
        | Reason::NumberOverflow
        | Reason::FeedEpochChanged => Code::FailedPrecondition,
        Reason::FeedCompacted | Reason::FeedPositionAhead => Code::OutOfRange,
        Reason::WatcherTooSlow | Reason::Overloaded | Reason::MessageTooLarge => {
            Code::ResourceExhausted
        }
        Reason::DeadlinePassed => Code::DeadlineExceeded,
        Reason::DatabaseUnavailable | Reason::NotCaughtUp | Reason::ShuttingDown => {
            Code::Unavailable
        }
        Reason::Unspecified | Reason::Internal => Code::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_reason_and_facts() {
        let status: Status =
            Refusal::new(Reason::NotFound, "no such pledge").with("name", "missions/m").into();
        assert_eq!(status.code(), Code::NotFound);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("NOT_FOUND", "muster"));
        assert_eq!(info.metadata["name"], "missions/m");
    }
}
