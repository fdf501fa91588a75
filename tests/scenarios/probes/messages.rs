//! Messages and metadata that are framed wrongly, or say what is not so.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt;
use http::Request;
use muster_proto::{
    common::v1::Source,
    deployment::v1::{
        Area, CreateAreaRequest, CreateMandateRequest, GetAreaRequest, Mandate,
        area_service_client::AreaServiceClient,
    },
};
use muster_tests::{World, field_violations, reason};
use prost::Message;
use tokio::net::TcpStream;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_request::MessageRequest,
};

use super::others_are_served;

const METHOD: &str = "/muster.deployment.v1.MissionService/ListMissions";

/// More than there is to ask of the server itself.
const LONG: usize = 9 * 1024;

/// What is wrong, the metadata and the body that say it, and the reason of the refusal.
type Probe<'p> = (&'p str, &'p [(&'p str, &'p str)], Vec<u8>, &'p str);

/// Calls over a connection of its own; what comes back is told from headers or trailers.
async fn call(world: &World, path: &str, more: &[(&str, &str)], body: &[u8]) -> Status {
    exchange(world, path, more, body).await.0
}

/// The same, with the messages that came before.
async fn exchange(
    world: &World,
    path: &str,
    more: &[(&str, &str)],
    body: &[u8],
) -> (Status, Vec<u8>) {
    let socket = TcpStream::connect(world.deployment.address()).await.unwrap();
    let (sender, connection) = h2::client::handshake(socket).await.unwrap();
    let mut request = Request::post(format!("http://x{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {}", world.operator_token()));
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let answered = async {
        let mut sender = sender.ready().await.unwrap();
        let (answer, mut stream) = sender.send_request(request.body(()).unwrap(), false).unwrap();
        // The server may have answered already, and listens no more.
        let _ = stream.send_data(Bytes::copy_from_slice(body), true);
        let (parts, mut body) = answer.await.unwrap().into_parts();
        let mut said = Vec::new();
        while let Some(Ok(piece)) = body.data().await {
            body.flow_control().release_capacity(piece.len()).unwrap();
            said.extend_from_slice(&piece);
        }
        let trailers = body.trailers().await.ok().flatten().unwrap_or_default();
        let status = [parts.headers, trailers].iter().find_map(Status::from_header_map);
        let Some(status) = status else { panic!("HTTP {} without a grpc-status", parts.status) };
        (status, said)
    };
    let mut connection = connection.fuse();
    tokio::select! {
        answer = answered => answer,
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
async fn timeouts_that_are_none_are_passed_over() {
    let world = World::start().await;
    for timeout in ["", "x", "-1S", "1.5S", "100000000S", "99999999H", "18446744073709551616n"] {
        let status = call(&world, METHOD, &[("grpc-timeout", timeout)], &framed(0, 0, &[])).await;
        assert_eq!(status.code(), Code::Ok, "{timeout}: {status:?}");
    }
}

#[tokio::test]
async fn a_question_about_health_has_to_be_short() {
    let world = World::start().await;
    let question = HealthCheckRequest { service: "x".repeat(LONG) }.encode_to_vec();
    for path in ["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"] {
        let status = call(&world, path, &[], &framed(0, question.len(), &question)).await;
        let found = (status.code(), reason(&status));
        assert_eq!(found, (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned()), "{path}");
    }
    others_are_served(&world).await;
}

/// The headers are answered before the first question: the library ends the stream at one that it
/// does not take.
#[tokio::test]
async fn a_question_for_reflection_has_to_be_short() {
    let world = World::start().await;
    for version in ["v1", "v1alpha"] {
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        let ask = async |host: usize| {
            // Both versions say it in the same bytes.
            let question = ServerReflectionRequest {
                host: "x".repeat(host),
                message_request: Some(MessageRequest::ListServices(String::new())),
            };
            let question = question.encode_to_vec();
            exchange(&world, &path, &[], &framed(0, question.len(), &question)).await
        };
        let (status, said) = ask(1).await;
        assert!(status.code() == Code::Ok && !said.is_empty(), "{version}: {status:?}");
        let (status, said) = ask(LONG).await;
        assert!(said.is_empty(), "{version}: {} bytes, {status:?}", said.len());
    }
    others_are_served(&world).await;
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

#[tokio::test]
async fn a_second_message_on_a_unary_call_has_no_effect() {
    let world = World::start().await;
    world.ready_mission().await;
    let area = |id: &str| {
        let area = Area { display_name: "Place".into(), ..Area::default() };
        let request = CreateAreaRequest {
            parent: "missions/m".into(),
            area_id: id.into(),
            area: Some(area),
            request_id: String::new(),
            ..Default::default()
        };
        let bytes = request.encode_to_vec();
        framed(0, bytes.len(), &bytes)
    };
    let body = [area("FIRST"), area("SECOND")].concat();
    let path = "/muster.deployment.v1.AreaService/CreateArea";
    let status = call(&world, path, &[], &body).await;
    let mut areas = AreaServiceClient::new(world.client.deployment.clone());
    let mut get = async |id: &str| {
        let name = format!("missions/m/areas/{id}");
        areas
            .get_area(GetAreaRequest { name, ..Default::default() })
            .await
            .map(|_| ())
            .map_err(|status| reason(&status))
    };
    // Refused as a whole or taken as the first alone, never both.
    assert_eq!(get("FIRST").await.is_ok(), status.code() == Code::Ok, "{status:?}");
    assert_eq!(get("SECOND").await, Err("NOT_FOUND".to_owned()));
}

/// Two bytes on the wire, some hundred in memory.
#[tokio::test]
async fn empty_submessages_by_the_hundred_thousand_are_refused_by_the_field_they_fill() {
    let world = World::start().await;
    let request = |mandate| CreateMandateRequest {
        parent: "missions/m".into(),
        mandate_id: "m".into(),
        mandate,
        request_id: String::new(),
        ..Default::default()
    };
    let sources = vec![Source::default(); 100_000];
    let list = request(Some(Mandate { sources, ..Mandate::default() })).encode_to_vec();
    // The field `mandate` over and over: all are merged into one, which says nothing.
    let again = [request(None).encode_to_vec(), [0x1a, 0].repeat(100_000)].concat();
    let path = "/muster.deployment.v1.MandateService/CreateMandate";
    let began = Instant::now();
    for (body, field) in [(list, "mandate.sources"), (again, "mandate.authority")] {
        let status = call(&world, path, &[], &framed(0, body.len(), &body)).await;
        assert_eq!(reason(&status), "FIELD_INVALID", "{status:?}");
        let fields = field_violations(&status);
        assert!(fields.iter().any(|named| named == field), "{fields:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    others_are_served(&world).await;
}
