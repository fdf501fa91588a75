//! Deadlines: tonic answers CANCELLED and forgets streams; this answers DEADLINE_EXCEEDED.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use tokio::time::{Instant, Sleep};
use tonic::Status;

use crate::status::{Reason, Refusal};

/// When a call has to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

/// Ends a call at its caller's deadline, or at the server's limit where that comes first. A
/// stream without a deadline of its caller's runs on: the limit is for its beginning only.
pub async fn limit(State(limit): State<Duration>, mut request: Request, next: Next) -> Response {
    let asked = request.headers().get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?));
    let deadline = Instant::now() + asked.map_or(limit, |asked| asked.min(limit));
    request.extensions_mut().insert(Deadline(deadline));
    let Ok(response) = tokio::time::timeout_at(deadline, next.run(request)).await else {
        return passed().into_http();
    };
    match asked {
        None => response,
        // A caller's own deadline holds for streams as well, however long it is.
        Some(asked) => {
            let end = deadline + asked.saturating_sub(limit);
            response.map(|body| {
                Body::new(Limited {
                    body,
                    sleep: Box::pin(tokio::time::sleep_until(end)),
                    over: false,
                })
            })
        }
    }
}

fn passed() -> Status {
    Refusal::new(Reason::DeadlinePassed, "the deadline passed").into()
}

/// Reads `grpc-timeout`: up to 8 digits and a unit.
fn parse(value: &str) -> Option<Duration> {
    let (number, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if number.is_empty() || 8 < number.len() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number.checked_mul(3600)?),
        "M" => Duration::from_secs(number.checked_mul(60)?),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

/// A body that ends with DEADLINE_EXCEEDED once its time is over.
struct Limited {
    body: Body,
    sleep: Pin<Box<Sleep>>,
    over: bool,
}

impl http_body::Body for Limited {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        // The deadline first: a stream that always has more would never come to it.
        if self.sleep.as_mut().poll(cx).is_pending() {
            return Pin::new(&mut self.body).poll_frame(cx);
        }
        self.over = true;
        let mut trailers = HeaderMap::new();
        match passed().add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(_) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("3S"), Some(Duration::from_secs(3)));
        for junk in ["", "S", "123456789S", "-1S", "1x", "1é"] {
            assert_eq!(parse(junk), None, "{junk}");
        }
    }
}
