//! The body of a watch: what is encoded already goes out as it is.
//!
//! tonic encodes each message for each stream and keeps a buffer for that. A watch's handler
//! answers with an empty stream instead and lets its real body travel with the response, until
//! a layer around the feed's server puts it in place.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures::{Stream, stream};
use http::HeaderMap;
use http_body::Frame;
use muster_proto::common::v1::WatchChangesResponse;
use tonic::{Code, Status, body::Body};
use tower::util::MapResponseLayer;

use crate::status::Refusal;

/// What generated servers take for the answers of a watch; the real ones are in its body.
pub type Watch = stream::Empty<Result<WatchChangesResponse, Status>>;

/// A body on its way from its handler to the response.
#[derive(Clone)]
struct Carried(Arc<Mutex<Option<Body>>>);

/// The answer of a handler whose messages are encoded already; a refusal ends it.
pub fn response(
    frames: impl Stream<Item = Result<Bytes, Refusal>> + Send + 'static,
) -> tonic::Response<Watch> {
    let mut response = tonic::Response::new(stream::empty());
    let body = Body::new(Framed { frames: Box::pin(frames), over: false });
    response.extensions_mut().insert(Carried(Arc::new(Mutex::new(Some(body)))));
    response
}

type Response = http::Response<Body>;

/// What the server of a feed needs around it: `layer().named_layer(server)`.
pub fn layer() -> MapResponseLayer<fn(Response) -> Response> {
    MapResponseLayer::new(carry)
}

/// Puts a carried body in the place of the empty one.
fn carry(mut response: Response) -> Response {
    if let Some(Carried(body)) = response.extensions_mut().remove::<Carried>()
        && let Some(body) = body.lock().unwrap_or_else(PoisonError::into_inner).take()
    {
        *response.body_mut() = body;
    }
    response
}

/// Messages with gRPC's framing, then the status.
struct Framed {
    frames: Pin<Box<dyn Stream<Item = Result<Bytes, Refusal>> + Send>>,
    over: bool,
}

impl http_body::Body for Framed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let status = match ready!(self.frames.as_mut().poll_next(cx)) {
            Some(Ok(frames)) => return Poll::Ready(Some(Ok(Frame::data(frames)))),
            Some(Err(refusal)) => refusal.into(),
            None => Status::new(Code::Ok, ""),
        };
        self.over = true;
        let mut trailers = HeaderMap::new();
        Poll::Ready(Some(status.add_header(&mut trailers).map(|()| Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.over
    }
}
