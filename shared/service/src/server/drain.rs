//! Ends what would hold up a stop without end: watches of this service's health.

use axum::{extract::Request, response::Response};
use tokio_util::sync::CancellationToken;

use super::ending;
use crate::status::{Reason, Refusal};

/// The library's own stream, which never ends by itself; those of the feed end when they should.
const WATCH: &str = "/grpc.health.v1.Health/Watch";

pub fn is_health_watch(request: &Request) -> bool {
    request.uri().path() == WATCH
}

/// Ends a health watch once the server leaves: by then it has said that it no longer serves.
pub fn end(response: Response, leaving: &CancellationToken) -> Response {
    let leaving = leaving.clone();
    ending::with(response, async move {
        leaving.cancelled().await;
        Refusal::new(Reason::ShuttingDown, "the server is stopping")
    })
}
