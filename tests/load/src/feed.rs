//! How fast the reporting service catches up: from a feed of many changes to a projection that
//! has all of them.

use std::time::Duration;

use sqlx::{PgConnection, PgPool, Row, postgres::PgRow};
use time::OffsetDateTime;
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

/// How many are appended in one transaction.
const APPENDED: usize = 250;

/// Keeps what the service followed so far.
const KEEP: [&str; 2] = [
    "create table reporting.kept_revisions as table reporting.deployment_revisions",
    "create table reporting.kept_cursors as table reporting.link_cursors",
];
/// Stands there again.
const RETURN: [&str; 3] = [
    "truncate reporting.deployment_revisions, reporting.link_cursors",
    "insert into reporting.deployment_revisions table reporting.kept_revisions",
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

/// Appends changes to a mission's feed until it has so many.
async fn fill_feed(sql: &PgPool, mission: &str, until: usize) -> anyhow::Result<()> {
    let known: i64 =
        sqlx::query_scalar("select last_position from deployment.feeds where mission = $1")
            .bind(mission)
            .fetch_one(sql)
            .await?;
    let change = fill::first_contingent(sql, mission).await?;
    let contingents = until / REVISIONS;
    let told: Vec<(String, i64)> = (0..until - usize::try_from(known)?)
        .map(|number| {
            Ok((format!("f{}", number % contingents), (number / contingents + 1).try_into()?))
        })
        .collect::<anyhow::Result<_>>()?;
    for part in told.chunks(APPENDED) {
        fill::append(sql, mission, &change, part).await?;
    }
    Ok(())
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
        "select count(*) as rows, coalesce(md5(string_agg(r::text, '' order by mission, collection,
            key, revision)), '') as content
        from reporting.deployment_revisions r",
    )
    .fetch_one(sql)
    .await?;
    Ok((row.get("rows"), row.get("content")))
}

/// Reads pages of changes and writes what they tell and the place, one transaction a page and
/// one prepared statement a row. Nothing is checked here.
async fn plain(source: &PgPool, target: &PgPool) -> anyhow::Result<Duration> {
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
            let page = sqlx::query(
                "select c.position, c.recorded_at, c.hash, collection, key, revision, known_at,
                    present, message, salt, digest
                from deployment.changes c join deployment.revisions r using (mission, position)
                where mission = $1 and $2 < position order by position, ordinal limit $3",
            )
            .bind(&mission)
            .bind(place)
            .bind(PAGE)
            .fetch_all(&mut *source)
            .await?;
            let Some(last) = page.last() else { break };
            place = last.get("position");
            sqlx::query("begin").execute(&mut *target).await?;
            for row in &page {
                insert(&mut target, &mission, row).await?;
            }
            sqlx::query("update reporting.link_cursors set position = $2, applied_at = now() where mission = $1")
                .bind(&mission)
                .bind(place)
                .execute(&mut *target)
                .await?;
            sqlx::query("commit").execute(&mut *target).await?;
        }
    }
    Ok(begun.elapsed())
}

/// Writes one revision.
async fn insert(target: &mut PgConnection, mission: &str, row: &PgRow) -> anyhow::Result<()> {
    sqlx::query(
        "insert into reporting.deployment_revisions
            (mission, collection, key, revision, known_at, recorded_at, position, present, message)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(mission)
    .bind(row.get::<&str, _>("collection"))
    .bind(row.get::<&str, _>("key"))
    .bind(row.get::<i64, _>("revision"))
    .bind(row.get::<OffsetDateTime, _>("known_at"))
    .bind(row.get::<OffsetDateTime, _>("recorded_at"))
    .bind(row.get::<i64, _>("position"))
    .bind(row.get::<bool, _>("present"))
    .bind(row.get::<&[u8], _>("message"))
    .execute(target)
    .await?;
    Ok(())
}

/// All of it as one measurement.
fn whole(changes: usize, took: Duration) -> Sample {
    Sample { per_second: count(changes) / took.as_secs_f64(), p50: took, p99: took }
}
