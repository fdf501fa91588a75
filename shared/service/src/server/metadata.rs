//! Metadata that is larger than anything needs is refused in words that clients know.

use axum::{extract::Request, middleware::Next, response::Response};
use http::HeaderMap;
use tonic::Status;

use crate::status::{Reason, Refusal};

/// The largest metadata of a call, counted as HTTP/2 counts it.
const MOST_BYTES: usize = 16 * 1024;
/// What HTTP/2 adds to each header.
const EACH: usize = 32;

pub async fn limit(request: Request, next: Next) -> Response {
    if MOST_BYTES < size(request.headers()) {
        let message = format!("the metadata is larger than {MOST_BYTES} bytes");
        return Status::from(Refusal::new(Reason::MessageTooLarge, message)).into_http();
    }
    next.run(request).await
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + EACH).sum()
}
