//! What comes of a call: no panic and no text of a library reaches the caller.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    task::{Context, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use http::HeaderMap;
use tonic::{Code, Status};
use tower::{Layer, Service};

use super::{Request, Response, code};
use crate::{
    fault,
    status::{Reason, Refusal},
};

/// Turns refusals, panics and tonic's own refusals into answers of ours.
#[derive(Clone, Copy, Debug)]
pub struct AnswerLayer;

#[derive(Clone, Debug)]
pub struct Answered<S>(S);

impl<S> Layer<S> for AnswerLayer {
    type Service = Answered<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Answered(inner)
    }
}

impl<S> Service<Request> for Answered<S>
where
    S: Service<Request, Response = Response, Error = Refusal, Future: Send + 'static>
        + Clone
        + Send
        + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Where what is further in is not ready, the call waits for it.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let inner = self.0.clone();
        let uri = request.uri().clone();
        Box::pin(async move {
            let answer = tower::ServiceExt::oneshot(inner, request);
            let outcome = AssertUnwindSafe(answer).catch_unwind().await;
            fault::point("server.before-answer", uri.path());
            let outcome = outcome.unwrap_or_else(|_| {
                tracing::error!("a handler panicked");
                Err(Refusal::new(Reason::Internal, "internal error"))
            });
            Ok(match outcome {
                Ok(response) => match translated(response.headers()) {
                    None => response,
                    Some(refusal) => Status::from(refusal).into_http(),
                },
                Err(refusal) => Status::from(refusal).into_http(),
            })
        })
    }
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

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    async fn status_of<F>(answer: impl Fn() -> F + Clone + Send + 'static) -> Status
    where
        F: Future<Output = Result<Response, Refusal>> + Send + 'static,
    {
        let inner = tower::service_fn(move |_: Request| answer());
        let service = AnswerLayer.layer(inner);
        let Ok(response) = tower::ServiceExt::oneshot(service, Request::default()).await;
        Status::from_header_map(response.headers()).unwrap()
    }

    fn reason(status: &Status) -> String {
        status.get_details_error_info().unwrap().reason
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_that_says_nothing_of_itself() {
        let status = status_of(async || panic!("secret")).await;
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Internal, "INTERNAL"));
        assert!(!status.message().contains("secret"));
    }

    #[tokio::test]
    async fn what_the_library_calls_internal_is_the_callers_malformed_message() {
        let status = status_of(async || {
            #[expect(clippy::disallowed_methods, reason = "what the library does")]
            let refused = Status::internal("failed to decode Protobuf message: Name.first");
            Ok(refused.into_http())
        })
        .await;
        assert_eq!(reason(&status), "MESSAGE_MALFORMED");
        assert!(!status.message().contains("Name"));
    }
}
