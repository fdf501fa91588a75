//! Both real services over real gRPC and a real Postgres.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong here fails the test that it goes wrong in"
)]

mod behind;
mod cases;
mod catalogue;
mod contingents;
mod deployment;
mod desk;
mod docs;
mod feed;
mod feed_kept;
mod feed_watch;
mod gate;
mod haiti;
mod half_open;
mod health;
mod hostile;
mod imports;
mod link;
mod loading;
mod link_renewal;
mod log;
mod overload;
mod pages;
mod parts;
mod probes;
mod records;
mod repeats;
mod repeats_everywhere;
mod replicas;
mod reporting;
mod restore;
mod rings;
mod rooms;
mod retries;
mod shutdown;
mod strength;
mod tidy;
mod tokens;
mod transactions;
mod units;
mod watches;
