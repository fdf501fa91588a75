//! Ends what would hold up a stop without end: watches of this service's health.

use std::{
    pin::Pin,
    task::{Context, Poll},
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
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;

use crate::status::{Reason, Refusal};

/// The library's own stream, which never ends by itself; those of the feed end when they should.
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// Ends health watches once the server leaves: by then each has said that it no longer serves.
pub async fn end_watches(
    State(leaving): State<CancellationToken>,
    request: Request,
    next: Next,
) -> Response {
    let is_watch = request.uri().path() == WATCH;
    let response = next.run(request).await;
    if !is_watch {
        return response;
    }
    response.map(|body| {
        let leaving = Some(Box::pin(leaving.cancelled_owned()));
        Body::new(Ending { body, leaving })
    })
}

/// A body that ends with SHUTTING_DOWN once the server leaves.
struct Ending {
    body: Body,
    /// `None` once it has ended.
    leaving: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl http_body::Body for Ending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(leaving) = &mut self.leaving else { return Poll::Ready(None) };
        if leaving.as_mut().poll(cx).is_pending() {
            return Pin::new(&mut self.body).poll_frame(cx);
        }
        self.leaving = None;
        let mut trailers = HeaderMap::new();
        let status = Status::from(Refusal::new(Reason::ShuttingDown, "the server is stopping"));
        match status.add_header(&mut trailers) {
            Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            Err(_) => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.leaving.is_none() || self.body.is_end_stream()
    }
}
