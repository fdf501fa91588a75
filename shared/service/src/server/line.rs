//! One line a call, whatever comes of it.
//!
//! The line is written when the answer has ended: of a stream when that does, and where the caller
//! goes away before, with CANCELLED. Calls about health leave theirs at `debug`, since probes
//! come every few seconds for as long as a service lives; all others leave it at `info`. What the
//! caller wrote is never in it but for the method's path, the mission and the request id.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body::Frame;
use tokio::time::Instant;
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument, Level, Span, field::Empty};

use super::{Request, Response, code, identity::OPEN};

/// No method of ours has a longer path; what a caller makes up is cut to it.
const LONGEST_PATH: usize = 120;

/// Gives each call a span with its method, caller, mission and request id, the last three as soon
/// as they are known, and writes its line.
#[derive(Clone, Copy, Debug)]
pub struct LineLayer;

#[derive(Clone, Debug)]
pub struct Lined<S>(S);

impl<S> Layer<S> for LineLayer {
    type Service = Lined<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Lined(inner)
    }
}

impl<S> Service<Request> for Lined<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let line = Line::begin(request.uri().path());
        let answer = line.span.in_scope(|| self.0.call(request)).instrument(line.span.clone());
        Box::pin(async move {
            let Ok(response) = answer.await;
            Ok(match code(response.headers()) {
                // Nothing but a refusal.
                Some(code) => {
                    line.end(code);
                    response
                }
                // Nobody looks at a body that has ended already.
                None if http_body::Body::is_end_stream(response.body()) => {
                    line.end(Code::Ok);
                    response
                }
                None => response.map(|body| Body::new(Streamed { body, line })),
            })
        })
    }
}

/// The line of a call; it is written when this is dropped.
struct Line {
    span: Span,
    level: Level,
    started: Instant,
    /// `None` until the end of the answer.
    code: Option<Code>,
}

impl Line {
    fn begin(path: &str) -> Self {
        let mut length = path.len().min(LONGEST_PATH);
        while !path.is_char_boundary(length) {
            length -= 1;
        }
        let method = &path[..length];
        let level = if path.starts_with(OPEN) { Level::DEBUG } else { Level::INFO };
        let span = if level == Level::DEBUG {
            tracing::debug_span!("call", method)
        } else {
            tracing::info_span!("call", method, caller = Empty, mission = Empty, request_id = Empty)
        };
        Self { span, level, started: Instant::now(), code: None }
    }

    fn end(mut self, code: Code) {
        self.code = Some(code);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let code = self.code.unwrap_or(Code::Cancelled);
        // To the microsecond.
        let ms = (self.started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
        let _entered = self.span.enter();
        if self.level == Level::DEBUG {
            tracing::debug!(?code, ms, "answered");
        } else {
            tracing::info!(?code, ms, "answered");
        }
    }
}

/// The body of an answer, with the line that is written after it.
struct Streamed {
    body: Body,
    line: Line,
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Self { body, line } = &mut *self;
        let polled = line.span.in_scope(|| Pin::new(body).poll_frame(cx));
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    line.code = Some(code(trailers).unwrap_or(Code::Ok));
                }
            }
            Poll::Ready(Some(Err(status))) => line.code = Some(status.code()),
            Poll::Ready(None) => {
                line.code.get_or_insert(Code::Ok);
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;
    use crate::{status::Reason, status::Refusal, telemetry::tests::Lines};

    async fn call(path: &'static str, answer: fn() -> Response) -> Response {
        let service = LineLayer.layer(tower::service_fn(move |_: Request| async move {
            Span::current().record("caller", "ops");
            Ok(answer())
        }));
        let mut request = Request::default();
        *request.uri_mut() = path.parse().unwrap();
        let Ok(response) = service.oneshot(request).await;
        response
    }

    fn streaming() -> Response {
        Response::new(Body::new("a message".to_owned()))
    }

    fn refused() -> Response {
        Status::from(Refusal::new(Reason::NotFound, "there is none")).into_http()
    }

    #[tokio::test]
    async fn a_refusal_leaves_one_line() {
        let lines = Lines::at("info");
        call("/p.Service/Get", refused).await;
        let written = lines.written();
        assert_eq!(written.len(), 1, "{written:?}");
        for part in ["INFO", "method=\"/p.Service/Get\"", "caller=\"ops\"", "code=NotFound", "ms="]
        {
            assert!(written[0].contains(part), "{written:?} lacks {part}");
        }
    }

    #[tokio::test]
    async fn an_answer_leaves_its_line_when_it_has_ended() {
        let lines = Lines::at("info");
        let mut response = call("/p.Service/Watch", streaming).await;
        assert_eq!(lines.written().len(), 0);
        let mut frame = async || {
            let body = response.body_mut();
            std::future::poll_fn(|cx| http_body::Body::poll_frame(Pin::new(&mut *body), cx)).await
        };
        assert!(frame().await.is_some());
        assert!(frame().await.is_none());
        drop(response);
        assert_eq!(lines.written().len(), 1);
        assert!(lines.written()[0].contains("code=Ok"));
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_leaves_a_line_too() {
        let lines = Lines::at("info");
        drop(call("/p.Service/Watch", streaming).await);
        assert!(lines.written()[0].contains("code=Cancelled"));
    }

    #[tokio::test]
    async fn calls_about_health_leave_theirs_at_debug() {
        let lines = Lines::at("info");
        call("/grpc.health.v1.Health/Check", refused).await;
        assert_eq!(lines.written().len(), 0);
        drop(lines);
        let lines = Lines::at("debug");
        call("/grpc.health.v1.Health/Check", refused).await;
        assert_eq!(lines.written().len(), 1);
    }
}
