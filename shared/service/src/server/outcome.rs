//! What comes of a call: no panic and no text of a library reaches the caller.

use std::panic::AssertUnwindSafe;

use axum::{extract::Request, middleware::Next, response::Response};
use futures::FutureExt;
use http::HeaderMap;
use tokio::time::Instant;
use tonic::{Code, Status};

use crate::{
    fault,
    status::{Reason, Refusal},
};

/// Runs a call, turns a panic and tonic's own refusals into ours, and writes one log line.
pub async fn settle(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.uri().path().to_owned();
    let outcome = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    fault::point("server.before-answer", &method);
    let response = if let Ok(response) = outcome {
        match translated(response.headers()) {
            None => response,
            Some(refusal) => Status::from(refusal).into_http(),
        }
    } else {
        tracing::error!(%method, "a handler panicked");
        Status::from(Refusal::new(Reason::Internal, "internal error")).into_http()
    };
    let code = code(response.headers()).unwrap_or(Code::Ok);
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    tracing::debug!(%method, ?code, elapsed_ms, "call answered");
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
    use axum::{Router, body::Body, middleware::from_fn, routing::any};
    use tonic_types::StatusExt;
    use tower::ServiceExt;

    use super::*;

    async fn answer_of(router: Router) -> Status {
        let request = Request::builder().uri("/call").body(Body::empty()).unwrap();
        let response = router.layer(from_fn(settle)).oneshot(request).await.unwrap();
        Status::from_header_map(response.headers()).unwrap()
    }

    fn reason(status: &Status) -> String {
        status.get_details_error_info().unwrap().reason
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_that_says_nothing_of_itself() {
        async fn panics() -> Response {
            panic!("secret")
        }
        let status = answer_of(Router::new().route("/call", any(panics))).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
        assert!(!status.message().contains("secret"));
    }

    #[tokio::test]
    async fn what_the_library_calls_internal_is_the_callers_malformed_message() {
        async fn refuses() -> Response {
            #[expect(clippy::disallowed_methods, reason = "what the library does")]
            Status::internal("failed to decode Protobuf message: Name.first").into_http()
        }
        let status = answer_of(Router::new().route("/call", any(refuses))).await;
        assert_eq!(reason(&status), "MESSAGE_MALFORMED");
        assert!(!status.message().contains("Name"));
    }
}
