//! Both real services over real gRPC and a real Postgres.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong here fails the test that it goes wrong in"
)]

mod deployment;
mod desk;
mod feed;
mod gate;
mod haiti;
mod half_open;
mod health;
mod hostile;
mod link;
mod overload;
mod pages;
mod repeats;
mod replicas;
mod reporting;
mod shutdown;
mod tidy;
