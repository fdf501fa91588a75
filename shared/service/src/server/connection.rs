//! Connections that can be cut, are counted, and may not stay silent.

mod connections_per_address;

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::{Connected, TcpConnectInfo};

use self::connections_per_address::{ConnectionsPerAddress, CountedConnection};
use crate::repeated;

const MAX_CONNECTIONS: usize = 2_000;

/// How long a new connection may take to begin: HTTP/2 keepalive comes after its preface only.
const SILENCE: Duration = Duration::from_secs(5);
/// What an HTTP/2 connection begins with, in bytes.
const PREFACE: usize = 24;

/// How long to wait after the system could not accept, as when it is out of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections as long as fewer than the most are open; `cut` ends all of them.
pub fn incoming(
    listener: TcpListener,
    cut: CancellationToken,
) -> impl Stream<Item = io::Result<Connection>> {
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let addresses = ConnectionsPerAddress::default();
    futures::stream::unfold(
        (listener, permits, addresses, cut),
        async |(listener, permits, addresses, cut)| {
            let permit = Arc::clone(&permits).acquire_owned().await.ok()?;
            let (socket, counted) = loop {
                match listener.accept().await {
                    Ok((socket, peer)) => {
                        if let Some(counted) = addresses.admit(peer.ip()) {
                            break (socket, counted);
                        }
                        // It is closed, so that others find a place.
                        repeated::warn("too many connections of one address", peer);
                    }
                    Err(error) => {
                        repeated::warn("cannot accept a connection", error);
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            };
            let connection = socket.set_nodelay(true).map(|()| Connection {
                socket,
                cut: Box::pin(cut.clone().cancelled_owned()),
                silence: Some(Box::pin(tokio::time::sleep(SILENCE))),
                heard: 0,
                _permit: permit,
                _counted: counted,
            });
            Some((connection, (listener, permits, addresses, cut)))
        },
    )
}

/// A TCP connection that fails once it is cut, or where its beginning does not come.
pub struct Connection {
    socket: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    silence: Option<Pin<Box<Sleep>>>,
    /// How many bytes came, until the silence is over.
    heard: usize,
    _permit: OwnedSemaphorePermit,
    _counted: CountedConnection,
}

impl Connection {
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.cut.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        let before = buf.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut self.socket).poll_read(cx, buf) {
            self.heard = self.heard.saturating_add(buf.filled().len() - before);
            if PREFACE <= self.heard {
                self.silence = None;
            }
            return Poll::Ready(result);
        }
        if let Some(silence) = &mut self.silence {
            ready!(silence.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.socket).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.socket.connect_info()
    }
}
