//! What comes of a call: no panic and no text of a library reaches the caller.

use std::panic::AssertUnwindSafe;

use axum::{extract::Request, middleware::Next, response::Response};
use futures::FutureExt;
use http::HeaderMap;
use tokio::time::Instant;
use tonic::{Code, Status};

use crate::status::{Reason, Refusal};

/// Runs a call, turns a panic and tonic's own refusals into ours, and writes one log line.
pub async fn settle(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.uri().path().to_owned();
    let response = if let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await {
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
        Code::Internal => {
            Some(Refusal::new(Reason::MessageMalformed, "the bytes are no message of this method"))
        }
        Code::OutOfRange | Code::ResourceExhausted => {
            Some(Refusal::new(Reason::MessageTooLarge, "the message is larger than allowed"))
        }
        _ => None,
    }
}

/// The code of an answer that is nothing but a refusal.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}
