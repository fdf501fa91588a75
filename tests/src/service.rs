use std::{net::SocketAddr, thread::JoinHandle};

use muster_client::{Kit, Policy};
use muster_service::{Clock, Shutdown, run::Service};
use tokio::{runtime::Runtime, sync::oneshot};

use crate::GRACE;

/// A service in a runtime of its own.
pub struct Running {
    address: SocketAddr,
    shutdown: Shutdown,
    kill: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts a service on a free port.
    pub async fn start<S: Service + 'static>(config: S::Config, clock: Clock) -> Self
    where
        S::Config: 'static,
    {
        let shutdown = Shutdown::new(GRACE);
        let (kill, killed) = oneshot::channel();
        let (started, address) = oneshot::channel();
        let asked = shutdown.clone();
        let thread = std::thread::spawn(move || {
            let runtime = Runtime::new().unwrap();
            runtime.block_on(async move {
                let service = S::start(config, clock).await.unwrap();
                started.send(service.address()).unwrap();
                tokio::select! {
                    result = service.run(asked.clone()) => {
                        result.unwrap();
                        asked.ask();
                        asked.finished().await;
                    }
                    _ = killed => {}
                }
            });
            // Nothing that still runs gets to finish.
            runtime.shutdown_background();
        });
        let address = address.await.unwrap();
        Self { address, shutdown, kill: Some(kill), thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks the service to stop, and waits until it has.
    pub fn stop(&mut self) {
        self.shutdown.ask();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// Asks the service to stop, and waits until it has, while other things go on.
    pub async fn stop_in_the_background(&mut self) {
        self.shutdown.ask();
        if let Some(thread) = self.thread.take() {
            tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
        }
    }

    /// Waits until the service says that it serves.
    pub async fn serves(&self) {
        Kit::new(&self.url(), Policy::default()).unwrap().ready().await.unwrap();
    }

    /// Ends the service where it stands.
    pub fn kill(mut self) {
        if let Some(kill) = self.kill.take() {
            let _ = kill.send(());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(kill) = self.kill.take() {
            let _ = kill.send(());
        }
    }
}
