//! What comes of a call: no panic and no text of a library reaches the caller.

use std::panic::AssertUnwindSafe;

use axum::response::Response;
use futures::FutureExt;
use http::HeaderMap;
use tokio::time::Instant;
use tonic::{Code, Status};

use crate::{
    fault,
    status::{Reason, Refusal},
};

/// Runs a call, turns a panic and tonic's own refusals into ours, and writes one log line.
pub async fn settle(
    method: &str,
    answer: impl Future<Output = Result<Response, Refusal>>,
) -> Response {
    let started = Instant::now();
    let outcome = AssertUnwindSafe(answer).catch_unwind().await;
    fault::point("server.before-answer", method);
    let outcome = outcome.unwrap_or_else(|_| {
        tracing::error!(method, "a handler panicked");
        Err(Refusal::new(Reason::Internal, "internal error"))
    });
    let response = match outcome {
        Ok(response) => match translated(response.headers()) {
            None => response,
            Some(refusal) => Status::from(refusal).into_http(),
        },
        Err(refusal) => Status::from(refusal).into_http(),
    };
    let code = code(response.headers()).unwrap_or(Code::Ok);
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(method, ?code, elapsed_ms, "call answered");
    response
}

/// Refusals that tonic made itself carry no details, and say INTERNAL of a caller's mistake.
fn translated(headers: &HeaderMap) -> Option<Refusal> {
    if headers.contains_key("grpc-status-details-bin") {
        return None;
    }
    match code(headers)? {
        // Whatever else the library calls so, it found in what the caller sent.
        Code::Internal if !is_of_the_answer(headers) => {
            Some(Refusal::new(Reason::MessageMalformed, "the bytes are no message of this method"))
        }
        Code::Internal => Some(Refusal::new(Reason::Internal, "internal error")),
        Code::Unimplemented => Some(Refusal::new(
            Reason::MethodUnknown,
            "there is no such method, or no such encoding",
        )),
        Code::OutOfRange | Code::ResourceExhausted => {
            Some(Refusal::new(Reason::MessageTooLarge, "the message is larger than allowed"))
        }
        _ => None,
    }
}

/// Whether the library failed to write an answer of ours.
fn is_of_the_answer(headers: &HeaderMap) -> bool {
    let message = headers.get("grpc-message").and_then(|value| value.to_str().ok());
    message.is_some_and(|message| {
        message.starts_with("Error%20encoding") || message.starts_with("Error%20compressing")
    })
}

/// The code of an answer that is nothing but a refusal.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    async fn status_of(answer: impl Future<Output = Result<Response, Refusal>>) -> Status {
        Status::from_header_map(settle("/call", answer).await.headers()).unwrap()
    }

    fn reason(status: &Status) -> String {
        status.get_details_error_info().unwrap().reason
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_that_says_nothing_of_itself() {
        let status = status_of(async { panic!("secret") }).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
        assert!(!status.message().contains("secret"));
    }

    #[tokio::test]
    async fn what_the_library_calls_internal_is_the_callers_malformed_message() {
        #[expect(clippy::disallowed_methods, reason = "what the library does")]
        let refused = Status::internal("failed to decode Protobuf message: Name.first");
        let status = status_of(async { Ok(refused.into_http()) }).await;
        assert_eq!(reason(&status), "MESSAGE_MALFORMED");
        assert!(!status.message().contains("Name"));
    }
}
