//! One try of a call at one replica.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tower::{Service, ServiceExt};

use crate::{
    deadline::{self, Deadline, Streamed},
    outcome::{self, Failed, Outcome},
    replica::Held,
};

/// Sends a request to a replica. A single answer is read to its end, so that a connection that
/// is cut in the middle of it is a failure like any other.
pub async fn once(
    replica: Held,
    request: Request<Body>,
    deadline: Deadline,
    is_stream: bool,
) -> Outcome {
    let mut channel = replica.channel();
    let sent = match channel.ready().await {
        Ok(channel) => channel.call(request).await,
        Err(error) => Err(error),
    };
    let response = match sent {
        Ok(response) => response,
        // The channel keeps the deadline that it is told to send.
        Err(error) if outcome::is_late(&error) => {
            return Outcome::Answered(deadline::passed().into_http());
        }
        Err(error) => return Outcome::Failed(Failed::on_the_way(&error)),
    };
    if let Some(failed) = Failed::by_the_server(response.status(), response.headers()) {
        return Outcome::Failed(failed);
    }
    if is_stream {
        return Outcome::Answered(
            response.map(|body| Body::new(Streamed::new(body, deadline, replica))),
        );
    }
    whole(response).await
}

/// Reads a single answer to its end.
async fn whole(response: Response<Body>) -> Outcome {
    let (parts, body) = response.into_parts();
    let collected = match body.collect().await {
        Ok(collected) => collected,
        Err(error) => return Outcome::Failed(Failed::on_the_way(&error)),
    };
    let trailers = collected.trailers().cloned();
    if let Some(trailers) = &trailers
        && let Some(failed) = Failed::by_the_server(parts.status, trailers)
    {
        return Outcome::Failed(failed);
    }
    let body = full(collected.to_bytes()).with_trailers(std::future::ready(trailers.map(Ok)));
    Outcome::Answered(Response::from_parts(parts, Body::new(body)))
}

/// A message that is there as a whole.
pub fn full(frame: Bytes) -> Full<Bytes> {
    Full::new(frame)
}
