//! A TCP link that can go silent: nothing is closed, and nothing comes through any more.

use std::{io, net::SocketAddr, path::PathBuf};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinSet,
};

/// Where a link leads.
enum Server {
    Tcp(SocketAddr),
    Socket(PathBuf),
}

type Reading = Box<dyn AsyncRead + Unpin + Send>;
type Writing = Box<dyn AsyncWrite + Unpin + Send>;

impl Server {
    async fn connect(&self) -> io::Result<(Reading, Writing)> {
        Ok(match self {
            Self::Tcp(address) => {
                let (reading, writing) = TcpStream::connect(address).await?.into_split();
                (Box::new(reading), Box::new(writing))
            }
            Self::Socket(path) => {
                let (reading, writing) = UnixStream::connect(path).await?.into_split();
                (Box::new(reading), Box::new(writing))
            }
        })
    }
}

/// A link to a server; it ends when this is dropped.
pub struct Proxy {
    address: SocketAddr,
    silent: watch::Sender<bool>,
    _task: JoinSet<()>,
}

impl Proxy {
    /// Opens a link to a server.
    pub async fn to(server: SocketAddr) -> Self {
        Self::open(Server::Tcp(server)).await
    }

    /// Opens a link to a server that listens on a socket.
    pub async fn to_socket(server: PathBuf) -> Self {
        Self::open(Server::Socket(server)).await
    }

    async fn open(server: Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silent, is_silent) = watch::channel(false);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut links = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let Ok((far_in, far_out)) = server.connect().await else { continue };
                let (near_in, near_out) = near.into_split();
                links.spawn(carry(near_in, far_out, is_silent.clone()));
                links.spawn(carry(far_in, near_out, is_silent.clone()));
            }
        });
        Self { address, silent, _task: task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on nothing comes through, and nobody is told.
    pub fn silence(&self) {
        self.silent.send_replace(true);
    }

    /// Everything comes through again, what was held back too.
    pub fn heal(&self) {
        self.silent.send_replace(false);
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut silent: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if silent.wait_for(|silent| !silent).await.is_err()
            || to.write_all(&buffer[..count]).await.is_err()
        {
            return;
        }
    }
    // An end is a word too.
    let _ = silent.wait_for(|silent| !silent).await;
    let _ = to.shutdown().await;
}
