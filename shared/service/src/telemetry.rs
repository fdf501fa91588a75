//! Where log lines go, and how they look.

use std::io::{BufWriter, stderr};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt};

/// How many lines may wait to be written. The room for them is taken at the start, 40 bytes each.
const MOST_LINES: usize = 16_000;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// Sends log lines to standard error; `filter` is as in `RUST_LOG`. What is not yet written is
/// written when the guard is dropped.
///
/// A thread of its own writes them, several at once where there are several: a call that leaves a
/// line waits neither for the system nor for whoever reads standard error. Where that one stops
/// reading, lines beyond `MOST_LINES` are not kept: calls matter more than their lines.
pub fn init(format: LogFormat, filter: &str) -> anyhow::Result<WorkerGuard> {
    let lines = NonBlockingBuilder::default().buffered_lines_limit(MOST_LINES);
    let (writer, guard) = lines.finish(BufWriter::new(stderr()));
    let builder = fmt().with_env_filter(EnvFilter::try_new(filter)?).with_writer(writer);
    match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
    }
    .map_err(|err| anyhow::anyhow!(err))?;
    Ok(guard)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing::subscriber::DefaultGuard;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    /// What this thread writes to its log, as long as this lives.
    pub struct Lines {
        written: Written,
        _default: DefaultGuard,
    }

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        pub fn at(level: &str) -> Self {
            let written = Written::default();
            let builder = fmt().with_ansi(false).with_env_filter(EnvFilter::new(level));
            let subscriber = builder.with_writer(written.clone()).finish();
            Self { written, _default: tracing::subscriber::set_default(subscriber) }
        }

        pub fn written(&self) -> Vec<String> {
            let bytes = self.written.0.lock().unwrap();
            String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
        }
    }

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Written {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }
}
