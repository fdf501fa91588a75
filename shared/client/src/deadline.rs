//! Deadlines: sent with each try as `grpc-timeout`, and kept here too.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use muster_proto::common::v1::ErrorReason;
use tokio::time::{Instant, Sleep};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

const HEADER: &str = "grpc-timeout";
/// The header takes eight digits.
const MOST: u128 = 99_999_999;

/// When a call has to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    pub at: Instant,
    /// Whether the caller itself set it; it then holds for streams to their end.
    pub is_the_callers: bool,
}

impl Deadline {
    /// The caller's own, or one that is that far away.
    pub fn of(headers: &HeaderMap, otherwise: Duration) -> Self {
        let asked = headers.get(HEADER).and_then(|value| parse(value.to_str().ok()?));
        let at = Instant::now() + asked.unwrap_or(otherwise);
        Self { at, is_the_callers: asked.is_some() }
    }

    /// Tells the server what is left.
    pub fn send(self, headers: &mut HeaderMap) {
        let left = self.at.saturating_duration_since(Instant::now());
        let text = match left.as_millis() {
            millis if millis <= MOST => format!("{}m", millis.max(1)),
            _ => format!("{}S", u128::from(left.as_secs()).min(MOST)),
        };
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(HEADER, value);
        }
    }
}

/// What the caller is told once its time is over, in the words of the services.
pub fn passed() -> Status {
    let reason = ErrorReason::DeadlinePassed.as_str_name().trim_start_matches("ERROR_REASON_");
    let details = ErrorDetails::with_error_info(reason, "muster", []);
    Status::with_error_details(Code::DeadlineExceeded, "the deadline passed", details)
}

/// Reads `grpc-timeout`: up to 8 digits and a unit.
fn parse(value: &str) -> Option<Duration> {
    let (number, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    let number: u64 = number.parse().ok().filter(|number| u128::from(*number) <= MOST)?;
    Some(match unit {
        "H" => Duration::from_secs(number * 3600),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

/// A stream's messages: they end at the caller's deadline, and a cut connection is UNAVAILABLE.
pub struct Streamed {
    body: tonic::body::Body,
    end: Option<Pin<Box<Sleep>>>,
    /// Keeps the replica's count of calls right.
    _held: Box<dyn Send + Sync>,
}

impl Streamed {
    pub fn new(
        body: tonic::body::Body,
        deadline: Deadline,
        held: impl Send + Sync + 'static,
    ) -> Self {
        let end = deadline.is_the_callers.then(|| Box::pin(tokio::time::sleep_until(deadline.at)));
        Self { body, end, _held: Box::new(held) }
    }
}

impl Body for Streamed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(end) = &mut self.end
            && end.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Some(Err(passed())));
        }
        Pin::new(&mut self.body)
            .poll_frame(cx)
            .map_err(|error| Status::unavailable(format!("the stream was cut: {error}")))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_sent_is_what_is_left() {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_static("3S"));
        let deadline = Deadline::of(&headers, Duration::from_secs(30));
        assert!(deadline.is_the_callers);
        deadline.send(&mut headers);
        let left = parse(headers[HEADER].to_str().unwrap()).unwrap();
        assert!(left <= Duration::from_secs(3) && Duration::from_secs(2) < left);
        assert_eq!(parse("9x"), None);
        assert_eq!(parse(""), None);
    }
}
