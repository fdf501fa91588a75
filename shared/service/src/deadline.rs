//! When a call has to be answered.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

/// tonic itself ends a call at its caller's deadline, with CANCELLED and no reason; ours comes
/// first. An answer in the last moment would not arrive in time anyway.
const LAST_MOMENT: Duration = Duration::from_millis(2);

/// When a call has to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    pub at: Instant,
    /// When a stream has to end, where its caller said so: the server's limit is for its
    /// beginning only.
    pub(crate) end: Option<Instant>,
}

impl Deadline {
    /// The caller's deadline, or the server's limit where that comes first.
    pub fn of(headers: &HeaderMap, limit: Duration) -> Self {
        let asked = headers.get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?));
        let now = Instant::now();
        Self {
            at: now + asked.map_or(limit, |asked| asked.saturating_sub(LAST_MOMENT).min(limit)),
            end: asked.map(|asked| now + asked),
        }
    }
}

/// Reads `grpc-timeout`: up to 8 digits and a unit.
fn parse(value: &str) -> Option<Duration> {
    let (number, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    if number.is_empty() || 8 < number.len() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number.checked_mul(3600)?),
        "M" => Duration::from_secs(number.checked_mul(60)?),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("3S"), Some(Duration::from_secs(3)));
        for junk in ["", "S", "123456789S", "-1S", "1x", "1é"] {
            assert_eq!(parse(junk), None, "{junk}");
        }
    }
}
