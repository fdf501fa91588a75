//! Metadata that is larger than anything needs is refused in words that clients know.

use http::HeaderMap;

use crate::status::{Reason, Refusal};

/// The largest metadata of a call, counted as HTTP/2 counts it.
const MOST_BYTES: usize = 16 * 1024;
/// What HTTP/2 adds to each header.
const EACH: usize = 32;

pub fn limit(headers: &HeaderMap) -> Result<(), Refusal> {
    let size: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + EACH).sum();
    if MOST_BYTES < size {
        let message = format!("the metadata is larger than {MOST_BYTES} bytes");
        return Err(Refusal::new(Reason::MessageTooLarge, message));
    }
    Ok(())
}
