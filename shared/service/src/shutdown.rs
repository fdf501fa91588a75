//! Tells every task when to stop, and waits until they have.

use std::{future::Future, io, time::Duration};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Tells every task when to stop, and waits until they have.
#[derive(Clone, Debug)]
pub struct Shutdown {
    asked: CancellationToken,
    tasks: TaskTracker,
    grace: Duration,
}

impl Shutdown {
    /// One that only `ask` sets off; running work then has `grace` to finish.
    pub fn new(grace: Duration) -> Self {
        Self { asked: CancellationToken::new(), tasks: TaskTracker::new(), grace }
    }

    /// One that SIGINT and SIGTERM set off.
    pub fn on_signal(grace: Duration) -> io::Result<Self> {
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let shutdown = Self::new(grace);
        let asked = shutdown.asked.clone();
        #[expect(clippy::disallowed_methods, reason = "this task ends with the process")]
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => tracing::info!("received SIGINT"),
                _ = terminate.recv() => tracing::info!("received SIGTERM"),
            }
            asked.cancel();
        });
        Ok(shutdown)
    }

    /// Runs a task that `finished` waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    pub fn ask(&self) {
        self.asked.cancel();
    }

    pub fn is_asked(&self) -> bool {
        self.asked.is_cancelled()
    }

    pub async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// How long running work may take to finish once it was asked to stop.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// What the future answers, or `None` where shutdown was asked for first.
    pub async fn unless_asked<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.asked.run_until_cancelled(future).await
    }

    /// Waits until shutdown was asked for and every task has ended or used up the grace.
    pub async fn finished(&self) {
        self.asked().await;
        self.tasks.close();
        // The server spends up to the grace itself; what is left over is for its clean-up.
        let limit = self.grace + Duration::from_secs(1);
        if tokio::time::timeout(limit, self.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with work still running");
        }
    }
}
