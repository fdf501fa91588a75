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
