//! Faults that tests switch on: places where a process can be made to die, deliveries out of order,
//! a clock that is wrong. Without the feature `faults` nothing of it is built.

/// The places around the commit of a compaction, which no call passes.
pub const COMPACTION_POINTS: [&str; 2] = ["compact.before-commit", "compact.after-commit"];

/// Every place of a call where a process can be made to die. Crash tests go through all of them.
pub const POINTS: [&str; 6] = [
    "work.begun",
    "work.before-append",
    "work.before-commit",
    "work.after-commit",
    "feed.before-step",
    "server.before-answer",
];

#[cfg(not(feature = "faults"))]
pub use self::off::{clock_shift, deliveries, point};
#[cfg(feature = "faults")]
pub use self::on::{arm, clock_shift, deliver, deliveries, point, shift_clock};

#[cfg(not(feature = "faults"))]
mod off {
    /// Dies here where that was asked for; `whom` is the method or the feed that passes by.
    pub const fn point(_name: &str, _whom: &str) {}

    /// How far the clock is off.
    pub const fn clock_shift() -> time::Duration {
        time::Duration::ZERO
    }

    /// What arrives where changes were sent.
    pub const fn deliveries<T>(sent: Vec<T>) -> [Vec<T>; 1] {
        [sent]
    }
}

#[cfg(feature = "faults")]
mod on {
    use std::sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    };

    static ARMED: Mutex<Option<(String, String)>> = Mutex::new(None);
    static SHIFT_SECONDS: AtomicI64 = AtomicI64::new(0);
    /// One delivery in so many is doubled, lost or torn; 0 for none.
    static DISORDER: AtomicU64 = AtomicU64::new(0);
    static DELIVERED: AtomicU64 = AtomicU64::new(0);

    /// Lets the process die at a point of `POINTS`, when someone passes whose name holds `whom`.
    pub fn arm(point: &str, whom: &str) {
        let armed = Some((point.to_owned(), whom.to_owned()));
        *ARMED.lock().unwrap_or_else(PoisonError::into_inner) = armed;
    }

    /// Dies here where that was asked for.
    pub fn point(name: &str, whom: &str) {
        let armed = ARMED.lock().unwrap_or_else(PoisonError::into_inner);
        if armed.as_ref().is_some_and(|(point, of)| point == name && whom.contains(of.as_str())) {
            std::process::abort();
        }
    }

    /// Puts the clock forward, or back.
    pub fn shift_clock(seconds: i64) {
        SHIFT_SECONDS.store(seconds, Relaxed);
    }

    /// How far the clock is off.
    pub fn clock_shift() -> time::Duration {
        time::Duration::seconds(SHIFT_SECONDS.load(Relaxed))
    }

    /// From now on, of so many deliveries one is doubled, one is lost and one is torn; 0 for none.
    pub fn deliver(disorder: u64) {
        DISORDER.store(disorder, Relaxed);
    }

    /// What arrives where changes were sent: they, they twice, nothing, so that the next ones
    /// come before their turn, or all but one in their middle.
    pub fn deliveries<T: Clone>(mut sent: Vec<T>) -> Vec<Vec<T>> {
        let (disorder, number) = (DISORDER.load(Relaxed), DELIVERED.fetch_add(1, Relaxed));
        match number.checked_rem(disorder) {
            Some(0) => vec![sent.clone(), sent],
            Some(1) => Vec::new(),
            Some(2) if 2 < sent.len() => {
                sent.remove(sent.len() / 2);
                vec![sent]
            }
            _ => vec![sent],
        }
    }
}
