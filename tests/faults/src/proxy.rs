//! A network in between that can be cut, slowed down, and made deaf in one direction.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use muster_service::Shutdown;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// Every connection breaks, and no new one is taken.
    Cut,
    /// Every byte comes so much later.
    Slow(Duration),
    /// What is sent there does not arrive, until the weather is fair again.
    DeafThere,
    /// What is sent back does not arrive, until the weather is fair again.
    DeafBack,
}

/// Where connections lead to.
#[derive(Clone, Debug)]
pub enum Target {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// A proxy on a port of its own.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    /// Counts up when every connection is to break.
    resets: watch::Sender<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    There,
    Back,
}

impl Proxy {
    pub async fn start(target: Target, shutdown: &Shutdown) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let (weather, _) = watch::channel(Weather::Fair);
        let (resets, _) = watch::channel(0);
        let proxy = Self { address: listener.local_addr()?, weather, resets };
        let (accepting, stop) = (proxy.clone(), shutdown.clone());
        shutdown.spawn(async move {
            while let Some(Ok((client, _))) = stop.unless_asked(listener.accept()).await {
                let (proxy, target, end) = (accepting.clone(), target.clone(), stop.clone());
                stop.spawn(async move {
                    // A connection that breaks is what this is for.
                    let _ = end.unless_asked(proxy.carry(client, target)).await;
                });
            }
        });
        Ok(proxy)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Breaks every connection that there is; new ones are taken.
    pub fn reset(&self) {
        self.resets.send_modify(|resets| *resets += 1);
    }

    async fn carry(&self, client: TcpStream, target: Target) -> std::io::Result<()> {
        if *self.weather.borrow() == Weather::Cut {
            return Ok(());
        }
        client.set_nodelay(true)?;
        // A connection that ends breaks off, as one does that a network loses.
        client.set_zero_linger()?;
        match target {
            Target::Tcp(address) => {
                let server = TcpStream::connect(address).await?;
                server.set_nodelay(true)?;
                server.set_zero_linger()?;
                self.join(client, server).await
            }
            Target::Unix(path) => self.join(client, UnixStream::connect(path).await?).await,
        }
    }

    async fn join<S>(&self, client: TcpStream, server: S) -> std::io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (from_client, to_client) = tokio::io::split(client);
        let (from_server, to_server) = tokio::io::split(server);
        let (mut weather, mut resets) = (self.weather.subscribe(), self.resets.subscribe());
        tokio::select! {
            ended = pump(from_client, to_server, Direction::There, self.weather.subscribe()) => ended,
            ended = pump(from_server, to_client, Direction::Back, self.weather.subscribe()) => ended,
            _ = weather.wait_for(|weather| *weather == Weather::Cut) => Ok(()),
            _ = resets.changed() => Ok(()),
        }
    }
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    direction: Direction,
    mut weather: watch::Receiver<Weather>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let deaf = match direction {
            Direction::There => Weather::DeafThere,
            Direction::Back => Weather::DeafBack,
        };
        if weather.wait_for(|weather| *weather != deaf).await.is_err() {
            return Ok(());
        }
        let now = *weather.borrow();
        if let Weather::Slow(by) = now {
            tokio::time::sleep(by).await;
        }
        to.write_all(&buffer[..read]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        Shutdown::new(Duration::from_secs(1)).spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            }
        });
        address
    }

    #[tokio::test]
    async fn weather_holds_bytes_back_and_breaks_connections() {
        let shutdown = Shutdown::new(Duration::from_secs(1));
        let proxy = Proxy::start(Target::Tcp(echo().await), &shutdown).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        let mut byte = [0];
        stream.write_all(b"a").await.unwrap();
        stream.read_exact(&mut byte).await.unwrap();

        proxy.set(Weather::DeafBack);
        stream.write_all(b"b").await.unwrap();
        let silent = Duration::from_millis(100);
        assert!(tokio::time::timeout(silent, stream.read_exact(&mut byte)).await.is_err());
        proxy.set(Weather::Fair);
        stream.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"b");

        proxy.set(Weather::Cut);
        assert!(stream.read_exact(&mut byte).await.is_err());
    }
}
