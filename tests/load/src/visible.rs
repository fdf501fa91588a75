//! How soon the reporting service shows what the deployment service recorded: from the answer of a
//! write until a read of the other service has it, beside the same of a read of the service that
//! wrote. No consistency token is shown: what is measured is how soon it is there by itself.

use std::time::Duration;

use anyhow::{Context, ensure};
use muster_proto::{
    deployment::v1::{
        CreatePledgeRequest, GetPledgeRequest, Pledge, pledge_service_client::PledgeServiceClient,
    },
    google::r#type::Date,
    reporting::v1::{GetLinkStatusRequest, link_service_client::LinkServiceClient},
};
use muster_service::token::{HEADER, Token};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};
use tonic::{Code, Status};

use crate::{
    fill,
    measure::{Plan, percentile},
    world::{Authorized, World},
};

/// Between two writes: 100 a second.
const PACE: Duration = Duration::from_millis(10);
/// Of so many writes one is looked for at the other service, and one at the writer.
const ONE_OF: usize = 10;
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks: so many looks at once would be what is measured.
const PAUSE: Duration = Duration::from_millis(2);

/// Where a write is looked for.
#[derive(Clone, Copy)]
enum ReadAt {
    Writer,
    Other,
    Nowhere,
}

pub async fn run(plan: Plan) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let reporting = world.reporting(&deployment).await?;
    let writers = world.clients(&deployment).await?;
    let readers = world.clients(&reporting).await?;
    let kit = world.client_of_both(&deployment, &reporting).await?;
    for round in 0..plan.rounds {
        // Each round has a mission of its own, so that all begin alike.
        let mission = round.to_string();
        fill::mission(&kit, &mission).await?;
        let (plain, visible) = measured(&mission, plan, &writers, &readers).await?;
        let ms = |found: &[Duration], of| percentile(found, of).as_secs_f64() * 1000.0;
        for (name, found) in [("reporting", &visible), ("the writer", &plain)] {
            let (p50, p99, count) = (ms(found, 50), ms(found, 99), found.len());
            println!("round {round}: {name:11} p50 {p50:6.1} ms  p99 {p99:6.1} ms  of {count}");
        }
        println!("visible ratio {:.2}", ms(&plain, 50) / ms(&visible, 50));
    }
    drop((deployment, reporting));
    world.stop().await
}

/// How long after its answer each write that was looked for was seen, at the writer and at the
/// other service, the quickest first.
async fn measured(
    mission: &str,
    plan: Plan,
    writers: &[Authorized],
    readers: &[Authorized],
) -> anyhow::Result<(Vec<Duration>, Vec<Duration>)> {
    let mut ticks = interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut calls = JoinSet::new();
    let until = Instant::now() + plan.window();
    for number in 0.. {
        ticks.tick().await;
        if until <= Instant::now() {
            break;
        }
        let place = match number % ONE_OF {
            0 => ReadAt::Other,
            5 => ReadAt::Writer,
            _ => ReadAt::Nowhere,
        };
        let (writer, reader) =
            (writers[number % writers.len()].clone(), readers[number % readers.len()].clone());
        calls.spawn(write(mission.to_owned(), number, place, writer, reader));
    }
    let (mut plain, mut visible) = (Vec::new(), Vec::new());
    while let Some(call) = calls.join_next().await {
        match call?? {
            (ReadAt::Writer, took) => plain.push(took),
            (ReadAt::Other, took) => visible.push(took),
            (ReadAt::Nowhere, _) => {}
        }
    }
    ensure!(!plain.is_empty() && !visible.is_empty(), "nothing was looked for");
    plain.sort_unstable();
    visible.sort_unstable();
    Ok((plain, visible))
}

/// Writes a pledge, and looks for it until it is there.
async fn write(
    mission: String,
    number: usize,
    place: ReadAt,
    writer: Authorized,
    reader: Authorized,
) -> anyhow::Result<(ReadAt, Duration)> {
    let request = CreatePledgeRequest {
        parent: format!("missions/{mission}"),
        pledge_id: format!("offer-{number}"),
        pledge: Some(Pledge {
            partner: format!("missions/{mission}/partners/ken"),
            offer_date: Some(Date { year: 2024, month: 1, day: 1 }),
            ..Pledge::default()
        }),
        ..Default::default()
    };
    let written = PledgeServiceClient::new(writer.clone()).create_pledge(request).await;
    let written = written.context("a write was refused")?;
    let answered = Instant::now();
    let token = written.metadata().get(HEADER).context("a write gave no token")?.to_str()?;
    let position = token.parse::<Token>().ok().context("a token cannot be read")?.position;
    let pledge = written.into_inner();
    loop {
        let seen = match place {
            ReadAt::Nowhere => true,
            ReadAt::Writer => at_the_writer(writer.clone(), &pledge.name).await?,
            ReadAt::Other => at_the_other(reader.clone(), &mission, position).await?,
        };
        if seen {
            return Ok((place, answered.elapsed()));
        }
        ensure!(answered.elapsed() < PATIENCE, "{} was not seen", pledge.name);
        tokio::time::sleep(PAUSE).await;
    }
}

async fn at_the_writer(client: Authorized, name: &str) -> Result<bool, Status> {
    let request = GetPledgeRequest { name: name.to_owned(), ..Default::default() };
    match PledgeServiceClient::new(client).get_pledge(request).await {
        Ok(_) => Ok(true),
        Err(status) if status.code() == Code::NotFound => Ok(false),
        Err(status) => Err(status),
    }
}

/// The mission's feed was followed that far: what is behind the position is read with it, since both
/// are written in one transaction.
async fn at_the_other(client: Authorized, mission: &str, position: i64) -> Result<bool, Status> {
    let request = GetLinkStatusRequest { name: format!("missions/{mission}") };
    match LinkServiceClient::new(client).get_link_status(request).await {
        Ok(status) => Ok(position <= status.into_inner().applied_position),
        // The mission itself is not known yet.
        Err(status) if status.code() == Code::NotFound => Ok(false),
        Err(status) => Err(status),
    }
}
