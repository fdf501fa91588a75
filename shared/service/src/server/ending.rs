//! Streams that do not run to their own end.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use tonic::{Status, body::Body};

use super::Response;
use crate::status::Refusal;

/// Ends what an answer streams with a refusal, as soon as there is one.
pub fn with(response: Response, end: impl Future<Output = Refusal> + Send + 'static) -> Response {
    response.map(|body| Body::new(Ending { body, end: Some(Box::pin(end)) }))
}

struct Ending {
    body: Body,
    /// `None` once it has ended.
    end: Option<Pin<Box<dyn Future<Output = Refusal> + Send>>>,
}

impl http_body::Body for Ending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(end) = &mut self.end else { return Poll::Ready(None) };
        // The end first: a stream that always has more would never come to it.
        let Poll::Ready(refusal) = end.as_mut().poll(cx) else {
            return Pin::new(&mut self.body).poll_frame(cx);
        };
        self.end = None;
        let mut trailers = HeaderMap::new();
        match Status::from(refusal).add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(_) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() || self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::{StreamExt, stream};
    use http_body::Body as _;
    use http_body_util::StreamBody;
    use tokio::time::Instant;

    use super::*;
    use crate::status::Reason;

    /// How many frames come of a stream that is ended after three seconds and a half, after how
    /// long it ends, and the status that it ends with, if any.
    async fn ended(frames: usize) -> (usize, Duration, Option<String>) {
        let period = Duration::from_secs(1);
        let began = Instant::now();
        let seconds = tokio::time::interval_at(began + period, period);
        let sent = stream::unfold(seconds, |mut seconds| async move {
            seconds.tick().await;
            Some((Ok::<_, Status>(Frame::data(Bytes::from_static(b"more"))), seconds))
        });
        let response = Response::new(Body::new(StreamBody::new(sent.take(frames))));
        let end = async {
            tokio::time::sleep(Duration::from_millis(3500)).await;
            Refusal::new(Reason::DeadlinePassed, "the deadline passed")
        };
        let mut body = with(response, end).into_body();
        let (mut came, mut status) = (0, None);
        while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await
        {
            match frame.unwrap().into_trailers() {
                Ok(trailers) => {
                    status = Some(trailers["grpc-status"].to_str().unwrap().to_owned());
                    assert!(body.is_end_stream());
                }
                Err(_) => came += 1,
            }
        }
        (came, began.elapsed(), status)
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_the_refusal_as_soon_as_there_is_one() {
        let deadline = (tonic::Code::DeadlineExceeded as i32).to_string();
        assert_eq!(ended(usize::MAX).await, (3, Duration::from_millis(3500), Some(deadline)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_ends_before_stays_as_it_is() {
        assert_eq!(ended(2).await, (2, Duration::from_secs(2), None));
    }
}
