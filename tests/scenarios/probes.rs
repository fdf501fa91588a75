//! HTTP/2 as no good client speaks it. Whatever one connection does, others are served.

mod messages;
mod wire;

use std::{future::Future, pin::Pin, task::Poll, time::Duration};

use muster_proto::deployment::v1::{
    ListMissionsRequest, mission_service_client::MissionServiceClient,
};
use muster_tests::World;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use self::wire::{Wire, frame};

/// Longer than any limit that is probed, shorter than a person waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// An ordinary call on another connection.
async fn others_are_served(world: &World) {
    let mut missions = MissionServiceClient::new(world.client.deployment.clone());
    missions.list_missions(ListMissionsRequest::default()).await.unwrap();
}

#[tokio::test]
async fn a_connection_has_a_bounded_number_of_streams() {
    let world = World::start().await;
    let socket = TcpStream::connect(world.deployment.address()).await.unwrap();
    let (_sender, mut connection) = h2::client::handshake(socket).await.unwrap();
    // The server's settings come as soon as the connection is driven.
    let most = std::future::poll_fn(|cx| {
        assert!(Pin::new(&mut connection).poll(cx).is_pending());
        match connection.max_concurrent_send_streams() {
            usize::MAX => Poll::Pending,
            most => Poll::Ready(most),
        }
    });
    let most = tokio::time::timeout(PATIENCE, most).await.unwrap();
    assert!(most <= 1024, "{most} streams");
    others_are_served(&world).await;
}

#[tokio::test]
async fn streams_that_are_reset_at_once_end_the_connection() {
    let world = World::start().await;
    let mut wire = Wire::open(&world).await;
    for number in 0..5_000 {
        let stream = 2 * number + 1;
        let both = [wire::headers(stream, &[]), frame(3, 0, stream, &8_u32.to_be_bytes())].concat();
        if !wire.write(&both).await {
            break;
        }
    }
    assert_eq!(wire.goodbye(PATIENCE).await.as_deref(), Some("too_many_resets"));
    others_are_served(&world).await;
}

#[tokio::test]
async fn streams_that_make_the_server_reset_them_end_the_connection() {
    let world = World::start().await;
    let mut wire = Wire::open(&world).await;
    for number in 0..5_000 {
        let stream = 2 * number + 1;
        // A window that grows beyond what it can is an error of the stream.
        let both =
            [wire::headers(stream, &[]), frame(8, 0, stream, &0x7fff_ffff_u32.to_be_bytes())]
                .concat();
        if !wire.write(&both).await {
            break;
        }
    }
    assert_eq!(wire.goodbye(PATIENCE).await.as_deref(), Some("too_many_internal_resets"));
    others_are_served(&world).await;
}

#[tokio::test]
async fn headers_without_end_end_the_connection() {
    let world = World::start().await;
    let mut wire = Wire::open(&world).await;
    let piece = wire::literal("x-piece", &"x".repeat(100)).repeat(100);
    wire.write(&frame(1, 0, 1, &piece)).await;
    for _ in 0..200 {
        if !wire.write(&frame(9, 0, 1, &piece)).await {
            break;
        }
    }
    assert!(wire.goodbye(PATIENCE).await.is_some());
    others_are_served(&world).await;
}

#[tokio::test]
async fn a_connection_that_does_not_begin_is_closed() {
    let world = World::start().await;
    // Nothing at all, and a preface that stops in its middle.
    let closed = |said: &'static [u8]| {
        let address = world.deployment.address();
        async move {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(said).await.unwrap();
            let mut answer = Vec::new();
            let read = socket.read_to_end(&mut answer);
            tokio::time::timeout(PATIENCE, read).await.is_ok()
        }
    };
    let (silent, begun) = tokio::join!(closed(b""), closed(b"PRI * HT"));
    assert!(silent && begun);
    others_are_served(&world).await;
}

#[tokio::test]
async fn an_address_has_a_bounded_number_of_connections() {
    let world = World::start().await;
    let address = world.deployment.address();
    let mut held = Vec::new();
    let mut refused = 0;
    for _ in 0..530 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    // The last ones are closed at once, long before silent ones are.
    for socket in held.iter_mut().rev().take(10) {
        let read = tokio::time::timeout(Duration::from_secs(2), socket.read(&mut [0; 100])).await;
        refused += usize::from(matches!(read, Ok(Ok(0) | Err(_))));
    }
    assert_eq!(refused, 10);
    others_are_served(&world).await;
}
