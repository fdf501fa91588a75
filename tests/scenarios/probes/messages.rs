//! Messages and metadata that are framed wrongly, or say what is not so.

use bytes::Bytes;
use futures::FutureExt;
use http::Request;
use muster_tests::{World, reason};
use tokio::net::TcpStream;
use tonic::{Code, Status};

use super::others_are_served;

const METHOD: &str = "/muster.deployment.v1.MissionService/ListMissions";

/// What is wrong, the metadata and the body that say it, and the reason of the refusal.
type Probe<'p> = (&'p str, &'p [(&'p str, &'p str)], Vec<u8>, &'p str);

/// Calls over a connection of its own; what comes back is told from headers or trailers.
async fn call(world: &World, path: &str, more: &[(&str, &str)], body: &[u8]) -> Status {
    let socket = TcpStream::connect(world.deployment.address()).await.unwrap();
    let (sender, connection) = h2::client::handshake(socket).await.unwrap();
    let mut request = Request::post(format!("http://x{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {}", world.operator_token()));
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let exchange = async {
        let mut sender = sender.ready().await.unwrap();
        let (answer, mut stream) = sender.send_request(request.body(()).unwrap(), false).unwrap();
        // The server may have answered already, and listens no more.
        let _ = stream.send_data(Bytes::copy_from_slice(body), true);
        let (parts, mut body) = answer.await.unwrap().into_parts();
        while let Some(Ok(piece)) = body.data().await {
            body.flow_control().release_capacity(piece.len()).unwrap();
        }
        let trailers = body.trailers().await.ok().flatten().unwrap_or_default();
        [parts.headers, trailers].iter().find_map(Status::from_header_map).unwrap_or_else(|| {
            panic!("HTTP {} without a grpc-status", parts.status);
        })
    };
    let mut connection = connection.fuse();
    tokio::select! {
        status = exchange => status,
        ended = &mut connection => panic!("the connection ended: {ended:?}"),
    }
}

fn framed(compressed: u8, claimed: usize, bytes: &[u8]) -> Vec<u8> {
    let claimed = u32::try_from(claimed).unwrap().to_be_bytes();
    [&[compressed], claimed.as_slice(), bytes].concat()
}

#[tokio::test]
async fn what_is_framed_wrongly_is_the_callers_mistake() {
    let world = World::start().await;
    let whole = framed(0, 0, &[]);
    let nested = (0..150).fold(Vec::new(), |inner: Vec<u8>, _| {
        let mut outer = vec![0x0a];
        prost::encoding::encode_varint(inner.len() as u64, &mut outer);
        [outer, inner].concat()
    });
    let probes: &[Probe] = &[
        ("compressed without an encoding", &[], framed(1, 0, &[]), "MESSAGE_MALFORMED"),
        ("an unknown encoding", &[("grpc-encoding", "zstd")], whole.clone(), "METHOD_UNKNOWN"),
        (
            "gzip that is none",
            &[("grpc-encoding", "gzip")],
            framed(1, 3, b"abc"),
            "MESSAGE_MALFORMED",
        ),
        ("an empty body", &[], Vec::new(), "MESSAGE_MALFORMED"),
        ("a body that ends early", &[], framed(0, 100, b"abc"), "MESSAGE_MALFORMED"),
        ("half a frame's head", &[], vec![0, 0], "MESSAGE_MALFORMED"),
        ("a frame of 4 MiB that is not there", &[], framed(0, 4 << 20, b""), "MESSAGE_TOO_LARGE"),
        (
            "a frame of 4 GiB that is not there",
            &[],
            framed(0, u32::MAX as usize, b""),
            "MESSAGE_TOO_LARGE",
        ),
        ("nested 150 levels", &[], framed(0, nested.len(), &nested), "MESSAGE_MALFORMED"),
        ("two tokens", &[("authorization", "Bearer x")], whole.clone(), "CALLER_UNKNOWN"),
    ];
    for (what, more, body, expected) in probes {
        let status = call(&world, METHOD, more, body).await;
        assert_eq!(reason(&status), *expected, "{what}: {status:?}");
        others_are_served(&world).await;
    }
    let status = call(&world, "/muster.deployment.v1.MissionService/No", &[], &whole).await;
    assert_eq!(reason(&status), "METHOD_UNKNOWN");
    let status = call(&world, "/nothing", &[], &whole).await;
    assert_eq!(reason(&status), "METHOD_UNKNOWN");
}

#[tokio::test]
async fn metadata_that_is_too_large_is_refused_in_words_that_clients_know() {
    let world = World::start().await;
    let long = "x".repeat(20 * 1024);
    let status = call(&world, METHOD, &[("x-long", &long)], &framed(0, 0, &[])).await;
    let found = (status.code(), reason(&status));
    assert_eq!(found, (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned()));
    others_are_served(&world).await;
}

#[tokio::test]
async fn timeouts_that_are_none_are_passed_over() {
    let world = World::start().await;
    for timeout in ["", "x", "-1S", "1.5S", "100000000S", "99999999H", "18446744073709551616n"] {
        let status = call(&world, METHOD, &[("grpc-timeout", timeout)], &framed(0, 0, &[])).await;
        assert_eq!(status.code(), Code::Ok, "{timeout}: {status:?}");
    }
}

/// Half a megabyte of nothing, in less than a kilobyte.
#[tokio::test]
async fn a_message_that_grows_when_it_is_unpacked_is_too_large() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 8 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let world = World::start().await;
    let body = framed(1, packed.len(), &packed);
    let status = call(&world, METHOD, &[("grpc-encoding", "gzip")], &body).await;
    assert_eq!(reason(&status), "MESSAGE_TOO_LARGE", "{status:?}");
    others_are_served(&world).await;
}
