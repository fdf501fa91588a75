//! What came of one try, and whether another one may follow.

use std::{error::Error, time::Duration};

use http::{HeaderMap, Response, StatusCode};
use muster_proto::common::v1::ErrorReason;
use tonic::{Code, Status, body::Body};
use tonic_types::StatusExt;

/// What came of one try.
pub enum Outcome {
    /// What the caller gets; a refusal that would be the same again is one too.
    Answered(Response<Body>),
    /// It did not come to be this time.
    Failed(Failed),
}

/// A try that did not come to an answer.
#[derive(Debug)]
pub struct Failed {
    pub status: Status,
    /// Whether the request certainly never reached a server that would act on it.
    pub is_unsent: bool,
    /// The least that the server asks to wait.
    pub wait: Option<Duration>,
}

impl Failed {
    /// A try that ended without a word of the server's.
    pub fn on_the_way(error: &(dyn Error + 'static)) -> Self {
        Self {
            status: Status::unavailable(format!("the connection failed: {}", chain(error))),
            is_unsent: is_unsent(error),
            wait: None,
        }
    }

    /// A refusal by the server, where it is one that passes.
    pub fn by_the_server(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        let Some(status) = Status::from_header_map(headers) else {
            // What a proxy says that could not pass the call on.
            let passes = matches!(status.as_u16(), 429 | 502 | 503 | 504);
            return passes.then(|| Self {
                status: Status::unavailable(format!("a proxy answered {status}")),
                is_unsent: false,
                wait: None,
            });
        };
        let details = status.get_error_details();
        let reason = details.error_info().map_or("", |info| info.reason.as_str());
        let is = |passing: ErrorReason| {
            passing.as_str_name().strip_prefix("ERROR_REASON_") == Some(reason)
        };
        let passes = match status.code() {
            Code::Unavailable => true,
            Code::Aborted => is(ErrorReason::Contended),
            Code::ResourceExhausted => is(ErrorReason::Overloaded),
            _ => false,
        };
        let wait = wait(&status);
        passes.then_some(Self { status, is_unsent: false, wait })
    }
}

/// How long a refusal asks to wait. One of a server that stops asks nothing of those who have
/// another.
pub fn wait(status: &Status) -> Option<Duration> {
    let details = status.get_error_details();
    let stopping = ErrorReason::ShuttingDown.as_str_name().strip_prefix("ERROR_REASON_");
    let stops = details.error_info().map(|info| info.reason.as_str()) == stopping;
    details.retry_info().and_then(|info| info.retry_delay).filter(|_| !stops)
}

/// Whether a failure on the way says that nothing has come of the request: there was no
/// connection, it was still waiting for one, or the server turned it away before it began.
fn is_unsent(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        if let Some(error) = cause.downcast_ref::<h2::Error>() {
            let turned_away = error.reason() == Some(h2::Reason::REFUSED_STREAM);
            let left_over = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            return error.is_remote() && (turned_away || left_over);
        }
        cause.is::<tonic::ConnectError>()
            || cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
    })
}

/// Whether a failure is that the call's time is over.
pub fn is_late(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(<dyn Error>::is::<tonic::TimeoutExpired>)
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn chain(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
