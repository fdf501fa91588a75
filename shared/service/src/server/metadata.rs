//! Metadata that is larger than anything needs is refused in words that clients know.

use super::Request;
use crate::status::{Reason, Refusal};

/// The largest metadata of a call, counted as HTTP/2 counts it.
const MOST_BYTES: usize = 16 * 1024;
/// What HTTP/2 adds to each header.
const EACH: usize = 32;

/// Refuses metadata that is too large.
pub fn limit(request: &mut Request) -> Result<(), Refusal> {
    let headers = request.headers().iter();
    let size: usize = headers.map(|(name, value)| name.as_str().len() + value.len() + EACH).sum();
    if MOST_BYTES < size {
        let message = format!("the metadata is larger than {MOST_BYTES} bytes");
        return Err(Refusal::new(Reason::MessageTooLarge, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::check::tests::passed;

    #[tokio::test]
    async fn large_metadata_is_refused() {
        let with = |bytes: usize| {
            let mut request = Request::default();
            request.headers_mut().insert("x-note", "x".repeat(bytes).parse().unwrap());
            request
        };
        passed(limit, with(MOST_BYTES / 2)).await.unwrap();
        assert_eq!(passed(limit, with(MOST_BYTES)).await.unwrap_err(), Reason::MessageTooLarge);
    }
}
