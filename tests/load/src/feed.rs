//! How fast the reporting service catches up: from a feed of many changes to a projection that
//! has all of them.

use std::time::Duration;

use anyhow::Context;
use muster_proto::{common::v1::Change, deployment::v1::Contingent};
use prost::Message;
use prost_types::Any;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, Row};
use tokio::time::Instant;

use crate::{
    fill,
    measure::{Plan, Rounds, Sample, count},
    world::World,
};

const MISSIONS: usize = 16;
/// How often each contingent changes.
const REVISIONS: usize = 10;
/// How many changes the plain program reads and commits at once; within a page no contingent
/// changes twice.
const PAGE: i64 = 200;
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps what the service followed so far.
const KEEP: [&str; 2] = [
    "create table reporting.kept_resources as table reporting.deployment_resources",
    "create table reporting.kept_cursors as table reporting.link_cursors",
];
/// Stands there again.
const RETURN: [&str; 3] = [
    "truncate reporting.deployment_resources, reporting.link_cursors",
    "insert into reporting.deployment_resources (mission, name, revision, position, body)
        select mission, name, revision, position, body from reporting.kept_resources",
    "insert into reporting.link_cursors table reporting.kept_cursors",
];

pub async fn run(plan: Plan, changes: usize) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let client = world.client(&deployment).await?;
    fill::missions(&client, MISSIONS).await?;
    let source = world.sql("deployment_owner").await?;
    // One that never followed would read a snapshot instead.
    let reporting = world.reporting(&deployment).await?;
    let target = world.sql("reporting_owner").await?;
    let told: i64 = sqlx::query_scalar("select sum(last_position)::bigint from deployment.feeds")
        .fetch_one(&source)
        .await?;
    until(&target, told).await?;
    drop(reporting);
    run_all(&target, &KEEP).await?;
    for mission in 0..MISSIONS {
        fill_feed(&source, &mission.to_string(), changes / MISSIONS).await?;
    }
    println!("{changes} changes in {MISSIONS} missions; the plain program takes {PAGE} at once");
    let mut rounds = Rounds::new("feed");
    for _ in 0..plan.rounds {
        run_all(&target, &RETURN).await?;
        let begun = Instant::now();
        let reporting = world.reporting(&deployment).await?;
        until(&target, i64::try_from(changes / MISSIONS * MISSIONS)?).await?;
        let ours = begun.elapsed();
        let parked: i64 = sqlx::query_scalar("select count(*) from reporting.parked_changes")
            .fetch_one(&target)
            .await?;
        anyhow::ensure!(parked == 0, "{parked} changes are parked");
        println!("  the service took {:.1} s of processor time", reporting.time()?.as_secs_f64());
        drop(reporting);
        let before = digest(&target).await?;
        let theirs = plain(&source, &target).await?;
        anyhow::ensure!(digest(&target).await? == before, "the plain program wrote other rows");
        rounds.add(whole(changes, ours), whole(changes, theirs));
    }
    rounds.conclude();
    source.close().await;
    target.close().await;
    drop(deployment);
    world.stop().await
}

/// Appends changes to a mission's feed as the service would have: dense, and each hash over the
/// one before it.
async fn fill_feed(sql: &PgPool, mission: &str, until: usize) -> anyhow::Result<()> {
    let last = sqlx::query("select position, hash, payload from deployment.changes where mission = $1 order by position desc limit 1")
        .bind(mission)
        .fetch_one(sql)
        .await?;
    let (mut position, mut hash): (i64, Vec<u8>) = (last.get("position"), last.get("hash"));
    let known = usize::try_from(position)?;
    let change = Change::decode(last.get::<&[u8], _>("payload"))?;
    let (mut positions, mut payloads, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..until - known {
        let contingents = until / REVISIONS;
        let payload = told(&change, mission, number % contingents, number / contingents + 1)?;
        position += 1;
        let mut next = Sha256::new();
        next.update(&hash);
        next.update(position.to_be_bytes());
        next.update(&payload);
        hash = next.finalize().to_vec();
        positions.push(position);
        payloads.push(payload);
        hashes.push(hash.clone());
    }
    sqlx::query(
        "insert into deployment.changes (mission, position, recorded_at, payload, hash)
        select $1, position, now(), payload, hash
        from unnest($2::bigint[], $3::bytea[], $4::bytea[]) of (position, payload, hash)",
    )
    .bind(mission)
    .bind(positions)
    .bind(payloads)
    .bind(hashes)
    .execute(sql)
    .await?;
    sqlx::query(
        "update deployment.feeds set last_position = $2, last_hash = $3 where mission = $1",
    )
    .bind(mission)
    .bind(position)
    .bind(hash)
    .execute(sql)
    .await?;
    Ok(())
}

/// What a change tells of one contingent at one of its revisions.
fn told(change: &Change, mission: &str, number: usize, revision: usize) -> anyhow::Result<Vec<u8>> {
    let mut change = change.clone();
    let mut resource = change.resources.pop().context("the change tells of nothing")?;
    let any = resource.resource.take().context("the change tells nothing")?;
    let revision = i64::try_from(revision)?;
    let name = format!("missions/{mission}/contingents/f{number}");
    // Without steps: what is measured is the projection, not the events that follow from it.
    let contingent = Contingent { name: name.clone(), ..Contingent::decode(any.value.as_slice())? };
    resource.resource = Some(Any { value: contingent.encode_to_vec(), ..any });
    (resource.name, resource.revision) = (name, revision);
    change.resources = vec![resource];
    Ok(change.encode_to_vec())
}

/// Waits until so many changes are in the projection.
async fn until(sql: &PgPool, changes: i64) -> anyhow::Result<()> {
    let sum = "select coalesce(sum(position), 0)::bigint from reporting.link_cursors";
    while sqlx::query_scalar::<_, i64>(sum).fetch_one(sql).await? < changes {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn run_all(sql: &PgPool, statements: &[&'static str]) -> anyhow::Result<()> {
    for statement in statements {
        sqlx::query(*statement).execute(sql).await?;
    }
    Ok(())
}

/// What stands in the projection.
async fn digest(sql: &PgPool) -> anyhow::Result<(i64, String)> {
    let row = sqlx::query(
        "select count(*) as rows, coalesce(md5(string_agg(name || revision || position || body,
            '' order by mission, name)), '') as content
        from reporting.deployment_resources",
    )
    .fetch_one(sql)
    .await?;
    Ok((row.get("rows"), row.get("content")))
}

/// Reads pages of changes and writes what they tell and the place, one transaction a page and
/// one prepared statement a row. The bodies are those that the service wrote: nothing is decoded
/// here.
async fn plain(source: &PgPool, target: &PgPool) -> anyhow::Result<Duration> {
    let rows = sqlx::query("select mission, position, name, revision, body::text as body, kind from reporting.deployment_resources")
        .fetch_all(target)
        .await?;
    let bodies: std::collections::HashMap<(String, String), (String, i64)> = rows
        .iter()
        .map(|row| ((row.get("mission"), row.get("name")), (row.get("body"), row.get("revision"))))
        .collect();
    run_all(target, &RETURN).await?;
    let begun = Instant::now();
    let (mut source, mut target) = (source.acquire().await?, target.acquire().await?);
    for mission in 0..MISSIONS {
        let mission = mission.to_string();
        let mut place: i64 =
            sqlx::query_scalar("select position from reporting.link_cursors where mission = $1")
                .bind(&mission)
                .fetch_one(&mut *target)
                .await?;
        loop {
            let page = sqlx::query("select position, payload, hash from deployment.changes where mission = $1 and $2 < position order by position limit $3")
                .bind(&mission)
                .bind(place)
                .bind(PAGE)
                .fetch_all(&mut *source)
                .await?;
            if page.is_empty() {
                break;
            }
            sqlx::query("begin").execute(&mut *target).await?;
            for row in &page {
                place = row.get("position");
                let change = Change::decode(row.get::<&[u8], _>("payload"))?;
                for resource in &change.resources {
                    let key = (mission.clone(), resource.name.clone());
                    let (body, _) = bodies.get(&key).context("a resource is not known")?;
                    sqlx::query(
                        "insert into reporting.deployment_resources (mission, name, revision, position, body)
                        values ($1, $2, $3, $4, $5::jsonb)
                        on conflict (mission, name) do update
                        set revision = excluded.revision, position = excluded.position, body = excluded.body",
                    )
                    .bind(&mission)
                    .bind(&resource.name)
                    .bind(resource.revision)
                    .bind(place)
                    .bind(body)
                    .execute(&mut *target)
                    .await?;
                }
            }
            sqlx::query(
                "insert into reporting.link_cursors (mission, epoch, position, applied_at)
                values ($1, gen_random_uuid(), $2, now())
                on conflict (mission) do update
                set position = excluded.position, applied_at = excluded.applied_at",
            )
            .bind(&mission)
            .bind(place)
            .execute(&mut *target)
            .await?;
            sqlx::query("commit").execute(&mut *target).await?;
        }
    }
    Ok(begun.elapsed())
}

/// All of it as one measurement.
fn whole(changes: usize, took: Duration) -> Sample {
    Sample { per_second: count(changes) / took.as_secs_f64(), p50: took, p99: took }
}
