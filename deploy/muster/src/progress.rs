//! What the program is at, on standard error.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shows one piece of work after another; moving parts appear on a terminal only.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    /// For work of unknown length.
    pub fn begin(what: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, since: Instant::now() }
    }

    /// For work of so many steps.
    pub fn of(what: &str, steps: usize) -> Self {
        let bar = ProgressBar::new(steps as u64).with_message(what.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { bar, since: Instant::now() }
    }

    pub fn at(&self, what: impl Into<String>) {
        self.bar.set_message(what.into());
    }

    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Ends it with a line that says what was done, and how long it took.
    pub fn done(self, what: &str) {
        self.bar.finish_and_clear();
        eprintln!("{what} ({:.1} s)", self.since.elapsed().as_secs_f32());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
