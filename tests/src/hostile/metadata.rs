//! Metadata that is good, or not.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use fastrand::Rng;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use muster_service::token::HEADER;
use tonic::metadata::MetadataMap;

const TIMEOUTS: &[&str] = &[
    "0n",
    "1n",
    "1u",
    "5m",
    "99999999H",
    "100000000S",
    "-5S",
    "5",
    "S",
    "",
    "1.5S",
    "5 S",
    "５S",
    "+5S",
];

/// The metadata of a request: the caller's token, and seldom something that is spoilt.
pub fn any(token: &str, mission: &str, rng: &mut Rng) -> MetadataMap {
    let mut headers = HeaderMap::new();
    if let Ok(bearer) = HeaderValue::from_str(&format!("Bearer {token}")) {
        headers.insert(AUTHORIZATION, bearer);
    }
    match rng.u8(..32) {
        0 => add(&mut headers, HEADER, &consistency(mission, rng)),
        1 => add(&mut headers, "grpc-timeout", TIMEOUTS[rng.usize(..TIMEOUTS.len())]),
        2 => match rng.u8(..6) {
            0 => add(&mut headers, AUTHORIZATION.as_str(), "Bearer x"),
            1 => drop(headers.remove(AUTHORIZATION)),
            2 => add(&mut headers, "grpc-encoding", "zstd"),
            3 => add(&mut headers, "grpc-accept-encoding", "gzip, , x"),
            4 => add(&mut headers, "x-long", &"x".repeat(rng.usize(..8_000))),
            _ => add(&mut headers, "grpc-trace-bin", "not base64!"),
        },
        _ => {}
    }
    MetadataMap::from_headers(headers)
}

fn add(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) =
        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
    {
        headers.append(name, value);
    }
}

/// A consistency token that was never given, or several.
fn consistency(mission: &str, rng: &mut Rng) -> String {
    let service = ["deployment", "reporting", "other", ""][rng.usize(..4)];
    let epoch = "0198c0de-0000-7000-8000-000000000001";
    let position = ["0", "1", "9223372036854775807", "-1", "x"][rng.usize(..5)];
    let mission = [mission, "other", "", "../m", "m/m"][rng.usize(..5)];
    let token = BASE64_URL_SAFE_NO_PAD.encode(format!("{service}/{mission}/{epoch}/{position}"));
    match rng.u8(..5) {
        0 => vec![token; rng.usize(1..60)].join(","),
        1 => format!(" , {token},,"),
        2 => token[..rng.usize(..token.len())].to_owned(),
        3 => "é=/+".to_owned(),
        _ => token,
    }
}
