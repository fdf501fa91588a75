//! Situations over many incidents, asked for by many at once while others write: what they cost in
//! memory, and whether a writer is refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use muster_proto::{
    common::v1::{Period, Source},
    google::r#type::Date,
    reporting::v1::{
        CreateIncidentRequest, GetSituationRequest, Incident, IncidentType,
        incident_service_client::IncidentServiceClient,
        situation_service_client::SituationServiceClient,
    },
};
use prost_types::Timestamp;
use sqlx::PgPool;
use tokio::{task::JoinSet, time::Instant};
use tonic::{Code, Status};

use crate::{
    fill,
    measure::percentile,
    process::Process,
    world::{Authorized, World},
};

const MISSION: &str = include_str!("situation.toml");
const INCIDENTS: i32 = 50_000;
const AT_ONCE: usize = 32;
const WRITERS: usize = 4;
const LIMIT_MIB: f64 = 100.0;
/// How often the service's memory is looked at.
const LOOK: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_mins(5);

/// Copies of the first incident, as it is now and in the history.
const COPIES: [&str; 2] = [
    "insert into reporting.incidents
        (mission, id, kind, occurred_on, date_precision, first_day, last_day, area, place_name,
        actors, casualties, narrative, language, sources, publishers, verification,
        verification_note, verified_at, revision, created_at, updated_at)
    select mission, 'copy-' || n, kind, occurred_on, date_precision, first_day, last_day, area,
        place_name, actors, casualties, narrative, language, sources, publishers, verification,
        verification_note, verified_at, revision, created_at, updated_at
    from reporting.incidents, generate_series(1, $1) n where id = 'first'",
    "insert into reporting.revisions
        (mission, collection, key, revision, known_at, recorded_at, position, ordinal, present,
        message, salt, digest)
    select mission, collection, 'copy-' || n, revision, known_at, recorded_at, position, n,
        present, message, salt, digest
    from reporting.revisions, generate_series(1, $1) n
    where collection = 'incidents' and key = 'first'",
];

pub async fn run(rounds: usize) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let reporting = world.reporting(&deployment).await?;
    fill(&world, &deployment, &reporting).await?;
    let clients = world.clients(&reporting).await?;
    let mut most = 0.0_f64;
    for (what, as_of_time) in [("as it is known", None), ("as it was known", Some(latest()))] {
        // What the first one makes ready for all is not what each costs.
        situation(clients[0].clone(), as_of_time).await?;
        for _ in 0..rounds {
            let before = reporting.memory()?;
            let found = round(&reporting, &clients, as_of_time).await?;
            let mib = mebibytes(found.most_memory.saturating_sub(before))?;
            most = most.max(mib);
            found.print(what, mib);
            ensure!(found.writes_refused == 0, "{} writes were refused", found.writes_refused);
        }
    }
    println!("situation ratio {:.2}", LIMIT_MIB / most.max(0.1));
    drop((deployment, reporting));
    world.stop().await
}

/// A mission with an incident through the services, the others as copies of its rows.
async fn fill(world: &World, deployment: &Process, reporting: &Process) -> anyhow::Result<()> {
    let client = world.client_of_both(deployment, reporting).await?;
    fill::load(&client, MISSION).await?;
    let sql: PgPool = world.sql("reporting_owner").await?;
    for statement in COPIES {
        sqlx::query(statement).bind(INCIDENTS).execute(&sql).await?;
    }
    sqlx::query("analyze").execute(&sql).await?;
    sql.close().await;
    Ok(())
}

#[derive(Default)]
struct Round {
    took: Vec<Duration>,
    refused: usize,
    writes: usize,
    writes_refused: usize,
    most_memory: u64,
}

impl Round {
    fn print(&self, what: &str, mib: f64) {
        let mut took = self.took.clone();
        took.sort_unstable();
        println!(
            "{what}: {} situations of {INCIDENTS} incidents, p50 {:.1} s, p99 {:.1} s, told to come \
             back {} times; {mib:.0} MiB more; {} writes meanwhile, {} refused",
            self.took.len(),
            percentile(&took, 50).as_secs_f64(),
            percentile(&took, 99).as_secs_f64(),
            self.refused,
            self.writes,
            self.writes_refused,
        );
    }
}

/// All at once, each until it is answered, beside writers that do not stop.
async fn round(
    reporting: &Process,
    clients: &[Authorized],
    as_of_time: Option<Timestamp>,
) -> anyhow::Result<Round> {
    let is_over = Arc::new(AtomicBool::new(false));
    let (writes, writes_refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let client = clients[writer % clients.len()].clone();
        let (is_over, writes, refused) =
            (Arc::clone(&is_over), Arc::clone(&writes), Arc::clone(&writes_refused));
        writers.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let done = write(client.clone()).await;
                writes.fetch_add(1, Ordering::Relaxed);
                if done.is_err() {
                    refused.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    let mut readers = JoinSet::new();
    for reader in 0..AT_ONCE {
        let client = clients[reader % clients.len()].clone();
        readers.spawn(async move { answered(client, as_of_time).await });
    }
    let mut found = Round::default();
    loop {
        found.most_memory = found.most_memory.max(reporting.memory()?);
        match tokio::time::timeout(LOOK, readers.join_next()).await {
            Ok(Some(reader)) => {
                let (took, refused) = reader??;
                found.took.push(took);
                found.refused += refused;
            }
            Ok(None) => break,
            Err(_) => {}
        }
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(writer) = writers.join_next().await {
        writer?;
    }
    found.writes = writes.load(Ordering::Relaxed);
    found.writes_refused = writes_refused.load(Ordering::Relaxed);
    Ok(found)
}

/// How long it took until there was an answer, and how often there was none yet.
async fn answered(
    client: Authorized,
    as_of_time: Option<Timestamp>,
) -> anyhow::Result<(Duration, usize)> {
    let (asked, mut refused) = (Instant::now(), 0);
    while asked.elapsed() < PATIENCE {
        match situation(client.clone(), as_of_time).await {
            Ok(()) => return Ok((asked.elapsed(), refused)),
            Err(status) if status.code() == Code::ResourceExhausted => refused += 1,
            Err(status) => return Err(status.into()),
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(anyhow::anyhow!("no answer within {PATIENCE:?}")).context("too slow")
}

async fn situation(client: Authorized, as_of_time: Option<Timestamp>) -> Result<(), Status> {
    let day = |year| Some(Date { year, month: 1, day: 1 });
    let request = GetSituationRequest {
        name: "missions/0".to_owned(),
        area_code: "HT".to_owned(),
        period: Some(Period { start_date: day(2024), end_date: day(2025) }),
        as_of_time,
        ..Default::default()
    };
    let mut situations = SituationServiceClient::new(client);
    let answer = situations.get_situation(request).await?.into_inner();
    let counted = answer.casualties.first().map_or(0, |tally| tally.incidents);
    if counted < i64::from(INCIDENTS) {
        let few = format!("only {counted} incidents were counted");
        return Err(Status::failed_precondition(few));
    }
    Ok(())
}

async fn write(client: Authorized) -> Result<(), Status> {
    let request = CreateIncidentRequest {
        parent: "missions/0".to_owned(),
        incident_id: format!("w-{}", uuid::Uuid::new_v4()),
        incident: Some(Incident {
            r#type: IncidentType::ArmedClash.into(),
            occur_date: Some(Date { year: 2024, month: 5, day: 6 }),
            area_code: "HT01".to_owned(),
            narrative: "Armed men fought.".to_owned(),
            language_code: "en".to_owned(),
            sources: vec![Source { publisher: "Press".to_owned(), ..Source::default() }],
            ..Incident::default()
        }),
        ..Default::default()
    };
    IncidentServiceClient::new(client).create_incident(request).await.map(|_| ())
}

/// After everything that is recorded, so that the history is asked for all of it.
fn latest() -> Timestamp {
    Timestamp { seconds: 253_000_000_000, nanos: 0 }
}

fn mebibytes(bytes: u64) -> anyhow::Result<f64> {
    Ok(f64::from(u32::try_from(bytes / 1024)?) / 1024.0)
}
