//! Many watchers of one feed over few connections: what each costs while nothing happens, what a
//! delivery costs in a burst, and how late it comes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use muster_proto::{
    common::v1::{
        FeedPosition, ListChangesRequest, WatchChangesRequest, watch_changes_response::Step,
    },
    deployment::v1::{
        HoldContingentRequest, ResumeContingentRequest,
        change_feed_service_client::ChangeFeedServiceClient,
        contingent_service_client::ContingentServiceClient,
    },
};
use muster_service::Clock;
use prost_types::Timestamp;
use sqlx::PgPool;
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, timeout},
};

use crate::{
    fill,
    measure::{count, median, percentile},
    process::Process,
    world::{Authorized, World},
};

const MISSION: &str = "0";
const MOST_BYTES: f64 = 5.0 * 1024.0;
const MOST_SECONDS: f64 = 0.25;
/// Watchers on one connection: fewer than a server lets one connection have.
const A_CONNECTION: usize = 500;
/// Changes in a burst.
const BURST: usize = 100;
/// Bursts until there are so many deliveries.
const DELIVERIES: usize = 5_000_000;
/// Changes one by one, to see how late they come.
const SINGLE: usize = 20;
const QUIET: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_mins(1);

pub async fn run(rounds: usize) -> anyhow::Result<()> {
    let mut ratio = f64::INFINITY;
    for watchers in [1_000, 10_000] {
        let (mut memory, mut seconds) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let found = one(watchers).await?;
            memory.push(found.bytes);
            seconds.push(found.seconds_a_million);
        }
        let (memory, seconds) = (median(memory), median(seconds));
        println!(
            "{watchers} watchers: median {:.2} KiB each, {seconds:.3} CPU-s a million deliveries",
            memory / 1024.0
        );
        ratio = ratio.min(MOST_BYTES / memory).min(MOST_SECONDS / seconds);
    }
    println!("watch ratio {ratio:.2}");
    Ok(())
}

/// What one run found.
struct Found {
    bytes: f64,
    seconds_a_million: f64,
}

async fn one(watchers: usize) -> anyhow::Result<Found> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let sql = world.sql("deployment_owner").await?;
    let client = world.clients(&deployment).await?.remove(0);
    fill::missions(&world.client(&deployment).await?, 1).await?;
    let mut connections = Vec::new();
    for _ in 0..watchers.div_ceil(A_CONNECTION) {
        connections.extend(world.clients(&deployment).await?.into_iter().take(1));
    }
    let from = head(&client).await?;
    // One watcher on each connection is there before: what a connection costs is not asked.
    let mut crowd = Crowd::default();
    for connection in &connections {
        crowd.join(connection, &from).await?;
    }
    tokio::time::sleep(QUIET).await;
    let before = deployment.memory()?;
    for number in connections.len()..watchers {
        crowd.join(&connections[number % connections.len()], &from).await?;
    }
    tokio::time::sleep(QUIET).await;
    let bytes = deployment.memory()?.saturating_sub(before);
    let bytes = f64::from(u32::try_from(bytes)?) / count(watchers - connections.len());

    let delays = singles(&client, &mut crowd).await?;
    let found = burst(&deployment, &sql, &mut crowd).await?;
    println!(
        "{watchers} watchers on {} connections: {:.2} KiB each; one change p50 {:.1} ms, p99 {:.1} \
        ms; burst {:.0} deliveries/s, {:.3} CPU-s a million, last after {:.0} ms",
        connections.len(),
        bytes / 1024.0,
        percentile(&delays, 50).as_secs_f64() * 1000.0,
        percentile(&delays, 99).as_secs_f64() * 1000.0,
        found.per_second,
        found.seconds_a_million,
        found.took.as_secs_f64() * 1000.0,
    );
    sql.close().await;
    drop(crowd);
    drop(deployment);
    world.stop().await?;
    Ok(Found { bytes, seconds_a_million: found.seconds_a_million })
}

/// Changes one after the other, each from its call until each watcher has it.
async fn singles(client: &Authorized, crowd: &mut Crowd) -> anyhow::Result<Vec<Duration>> {
    let mut delays = Vec::new();
    let mut contingents = ContingentServiceClient::new(client.clone());
    for number in 0..SINGLE {
        let name = "missions/0/contingents/first".to_owned();
        let now = Clock::System.now().unix_timestamp();
        let effective_time = Some(Timestamp { seconds: now, nanos: 0 });
        let note = "measured".to_owned();
        let asked = Instant::now();
        if number % 2 == 0 {
            let request =
                HoldContingentRequest { name, effective_time, note, ..Default::default() };
            contingents.hold_contingent(request).await?;
        } else {
            let request =
                ResumeContingentRequest { name, effective_time, note, ..Default::default() };
            contingents.resume_contingent(request).await?;
        }
        for _ in 0..crowd.watchers.len() {
            let at = timeout(PATIENCE, crowd.arrivals.recv()).await?.context("nobody watches")?;
            delays.push(at - asked);
        }
    }
    delays.sort_unstable();
    Ok(delays)
}

/// What a burst cost.
struct Burst {
    per_second: f64,
    seconds_a_million: f64,
    took: Duration,
}

async fn burst(service: &Process, sql: &PgPool, crowd: &mut Crowd) -> anyhow::Result<Burst> {
    // Each change of a burst is one more revision of the first contingent.
    let first = fill::first_contingent(sql, MISSION).await?;
    let mut revision = first.revision;
    crowd.tell.store(0, Ordering::Relaxed);
    let each = BURST * crowd.watchers.len();
    let bursts = DELIVERIES.div_ceil(each);
    let (mut took, before) = (Vec::new(), service.time()?);
    for _ in 0..bursts {
        let seen = crowd.delivered.load(Ordering::Relaxed);
        let begun = Instant::now();
        let told: Vec<_> = (revision + 1..).take(BURST).map(|n| ("first".to_owned(), n)).collect();
        revision = told.last().map_or(revision, |(_, last)| *last);
        fill::append(sql, MISSION, &first, &told).await?;
        while crowd.delivered.load(Ordering::Relaxed) < seen + each {
            ensure!(begun.elapsed() < PATIENCE, "deliveries are missing");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        took.push(begun.elapsed());
    }
    let spent = service.time()?.saturating_sub(before);
    let whole: Duration = took.iter().sum();
    took.sort_unstable();
    Ok(Burst {
        per_second: count(bursts * each) / whole.as_secs_f64(),
        seconds_a_million: spent.as_secs_f64() / count(bursts * each) * 1e6,
        took: percentile(&took, 50),
    })
}

async fn head(client: &Authorized) -> anyhow::Result<FeedPosition> {
    let mission = "missions/0".to_owned();
    let request = ListChangesRequest { parent: mission.clone(), ..ListChangesRequest::default() };
    let page = ChangeFeedServiceClient::new(client.clone()).list_changes(request).await?;
    let page = page.into_inner();
    Ok(FeedPosition { mission, epoch: page.epoch, position: page.head_position })
}

/// Watchers that count what they are told.
struct Crowd {
    watchers: JoinSet<()>,
    delivered: Arc<AtomicUsize>,
    /// Whether each arrival is told one by one.
    tell: Arc<AtomicUsize>,
    arrived: mpsc::UnboundedSender<Instant>,
    arrivals: mpsc::UnboundedReceiver<Instant>,
}

impl Default for Crowd {
    fn default() -> Self {
        let (arrived, arrivals) = mpsc::unbounded_channel();
        let (delivered, tell) = (Arc::default(), Arc::new(AtomicUsize::new(1)));
        Self { watchers: JoinSet::new(), delivered, tell, arrived, arrivals }
    }
}

impl Crowd {
    /// Adds a watcher, once its watch is open.
    async fn join(&mut self, client: &Authorized, from: &FeedPosition) -> anyhow::Result<()> {
        let request = WatchChangesRequest { positions: vec![from.clone()], include_others: false };
        let mut watch =
            ChangeFeedServiceClient::new(client.clone()).watch_changes(request).await?.into_inner();
        let (delivered, tell) = (Arc::clone(&self.delivered), Arc::clone(&self.tell));
        let arrived = self.arrived.clone();
        self.watchers.spawn(async move {
            while let Ok(Some(answer)) = watch.message().await {
                if let Some(Step::Change(_)) = answer.step {
                    delivered.fetch_add(1, Ordering::Relaxed);
                    if tell.load(Ordering::Relaxed) != 0 {
                        let _ = arrived.send(Instant::now());
                    }
                }
            }
        });
        Ok(())
    }
}
