//! How long, how often and how soon.

use std::time::Duration;

/// How a [`Kit`](crate::Kit) treats calls; the default suits programs that answer people.
#[derive(Clone, Debug)]
pub struct Policy {
    /// For calls that bring no deadline of their own. A stream that brings none has this long to
    /// begin and then goes on for ever.
    pub deadline: Duration,
    /// How long a call waits for a replica that serves, before it is given up.
    pub patience: Duration,
    /// How often a call is tried at most, the first time included.
    pub tries: u32,
    /// The pause before the first repetition is at most this; each later one up to twice as long.
    pub first_pause: Duration,
    /// No pause is longer, unless the server asks for it.
    pub longest_pause: Duration,
    /// How many repetitions there may be for each call, on average over ten seconds, so that they
    /// never multiply an overload. From 0 to 1.
    pub repetitions: f32,
    /// How many repetitions a second there may be besides, for programs that call rarely.
    pub spare_repetitions: u32,
    /// How long opening a connection may take.
    pub connect_limit: Duration,
    /// How long a connection is silent before it is asked for a sign of life, idle or not.
    pub keepalive_interval: Duration,
    /// How long that sign may take before the connection counts as cut.
    pub keepalive_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            patience: Duration::from_secs(5),
            tries: 5,
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(2),
            repetitions: 0.2,
            spare_repetitions: 10,
            connect_limit: Duration::from_secs(2),
            keepalive_interval: Duration::from_secs(2),
            keepalive_timeout: Duration::from_secs(2),
        }
    }
}

impl Policy {
    /// How long to wait before a repetition, by chance so that callers do not come back together:
    /// anything up to the pause that has doubled each time, after what the server asked for.
    pub(crate) fn pause(&self, tried: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.first_pause.saturating_mul(1 << tried.saturating_sub(1).min(16));
        let jitter = doubled.min(self.longest_pause).mul_f64(fastrand::f64());
        asked.unwrap_or_default() + jitter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_never_undercut_the_server() {
        let policy = Policy::default();
        for tried in 1..40 {
            assert!(policy.pause(tried, None) <= policy.longest_pause);
            let asked = Duration::from_secs(3);
            assert!(asked <= policy.pause(tried, Some(asked)));
        }
        assert!(policy.pause(1, None) <= policy.first_pause);
    }
}
