//! Lines of one cause are written once, then counted.
//!
//! What is tried again and again fails again and again: without this a database that is gone
//! would leave many lines a second, and the others would drown.

use std::{
    collections::HashMap,
    fmt::Display,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use tokio::{runtime::Handle, time::Instant};

/// How long a line stands for all others of its cause.
const PERIOD: Duration = Duration::from_secs(30);

/// How often each cause was met since its last line, and when the period of that line ends.
static CAUSES: LazyLock<Mutex<HashMap<String, Seen>>> = LazyLock::new(Mutex::default);

#[derive(Clone, Copy)]
struct Seen {
    times: u64,
    until: Instant,
}

#[derive(Clone, Copy)]
enum Level {
    Info,
    Warn,
}

impl Level {
    fn write(self, detail: &str, cause: &str) {
        match self {
            Self::Info => tracing::info!(detail, "{cause}"),
            Self::Warn => tracing::warn!(detail, "{cause}"),
        }
    }
}

/// Warns of something that may happen many times a second. The first time of a cause is written at
/// once; how often it was met again in the 30 seconds from then on is written at their end.
/// `cause` is one of a few: what differs from time to time belongs into `detail`.
pub fn warn(cause: &str, detail: impl Display) {
    write(Level::Warn, cause, &detail);
}

/// Tells in the same way of something that is in order.
pub fn info(cause: &str, detail: impl Display) {
    write(Level::Info, cause, &detail);
}

fn write(level: Level, cause: &str, detail: &dyn Display) {
    let now = Instant::now();
    {
        let mut causes = CAUSES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = causes.get_mut(cause).filter(|seen| now < seen.until) {
            seen.times += 1;
            return;
        }
        causes.insert(cause.to_owned(), Seen { times: 0, until: now + PERIOD });
    }
    let (cause, detail) = (cause.to_owned(), detail.to_string());
    level.write(&detail, &cause);
    if let Ok(runtime) = Handle::try_current() {
        // A stop does not wait for it: it holds nothing.
        runtime.spawn(async move {
            tokio::time::sleep_until(now + PERIOD).await;
            conclude(level, &cause, &detail);
        });
    }
}

/// Writes how often a cause was met since its first line.
fn conclude(level: Level, cause: &str, detail: &str) {
    let seen = CAUSES.lock().unwrap_or_else(PoisonError::into_inner).remove(cause);
    if let Some(Seen { times: times @ 1.., .. }) = seen {
        let seconds = PERIOD.as_secs();
        level.write(detail, &format!("{cause} ({times} more times in the last {seconds} s)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::tests::Lines;

    #[tokio::test(start_paused = true)]
    async fn a_cause_that_is_met_again_and_again_leaves_one_line_and_a_count() {
        let lines = Lines::at("info");
        for _ in 0..14 {
            warn("the test's database is gone", "connection refused");
        }
        warn("the test's link is broken", "reset by peer");
        assert_eq!(lines.written().len(), 2, "{:?}", lines.written());
        tokio::time::sleep(PERIOD + Duration::from_secs(1)).await;
        let written = lines.written();
        assert_eq!(written.len(), 3, "{written:?}");
        assert!(written[2].contains("gone (13 more times in the last 30 s)"), "{written:?}");
        warn("the test's database is gone", "connection refused");
        info("the test's replicas compete", "missions/m");
        assert_eq!(lines.written().len(), 5);
        assert!(lines.written()[4].contains(" INFO "), "{:?}", lines.written());
    }
}
