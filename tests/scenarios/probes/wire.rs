//! Frames as bytes, for what no library would send.

use std::time::Duration;

use muster_tests::World;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const GOAWAY: u8 = 7;
const END_HEADERS: u8 = 4;

/// A connection that says whatever it likes.
pub struct Wire {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    heard: Vec<u8>,
}

impl Wire {
    pub async fn open(world: &World) -> Self {
        let socket = TcpStream::connect(world.deployment.address()).await.unwrap();
        let (read, write) = socket.into_split();
        let mut wire = Self { read, write, heard: Vec::new() };
        wire.write(&[PREFACE, &frame(4, 0, 0, &[])].concat()).await;
        wire
    }

    /// Writes, as long as the other side listens; takes in meanwhile what it says.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = self.read.try_read(&mut piece) {
            self.heard.extend(&piece[..count]);
        }
        self.write.write_all(bytes).await.is_ok()
    }

    /// What the other side says when it ends the connection; empty where it just closes it,
    /// `None` where it does neither.
    pub async fn goodbye(&mut self, patience: Duration) -> Option<String> {
        let end = tokio::time::timeout(patience, async {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = self.read.read(&mut piece).await {
                self.heard.extend(&piece[..count]);
                if let Some(said) = goaway(&self.heard) {
                    return said;
                }
            }
            goaway(&self.heard).unwrap_or_default()
        });
        end.await.ok()
    }
}

/// The words of the first GOAWAY that says why.
fn goaway(mut heard: &[u8]) -> Option<String> {
    while let [high, middle, low, kind, _, _, _, _, _, rest @ ..] = heard {
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        let body = rest.get(..length)?;
        if *kind == GOAWAY {
            return Some(String::from_utf8_lossy(body.get(8..)?).into_owned());
        }
        heard = &rest[length..];
    }
    None
}

pub fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), body].concat()
}

/// A header as HPACK writes it without tables.
pub fn literal(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).ok().filter(|length| *length < 127).unwrap();
    [&[0, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
}

/// The headers of a call, which goes on.
pub fn headers(stream: u32, more: &[(&str, &str)]) -> Vec<u8> {
    let path = "/grpc.health.v1.Health/Check";
    let ordinary = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "x"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let block: Vec<u8> =
        ordinary.iter().chain(more).flat_map(|(name, value)| literal(name, value)).collect();
    frame(1, END_HEADERS, stream, &block)
}
