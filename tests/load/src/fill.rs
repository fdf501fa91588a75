//! Rows as the service would have written them: the first contingent of a mission goes through
//! the service, the others are copies of its rows.

use anyhow::Context;
use muster::{
    client::Client,
    scenario::{Loader, Scenario},
};
use muster_proto::{common::v1::ResourceChange, deployment::v1::Contingent};
use muster_service::{Clock, wire};
use prost::Message;
use sqlx::PgPool;

/// A mission whose first contingent is confirmed, with the check that training asks for.
const MISSION: &str = include_str!("mission.toml");

/// Copies of the first contingent of every mission, `$1` to `$2`.
const CONTINGENTS: [&str; 5] = [
    "insert into deployment.contingents
        (mission, id, display_name, partner, pledge, ordinal, category, headcount, state,
        held_stage, pledged_at, steps, last_step_at, sources, revision, created_at, updated_at)
    select mission, n::text, display_name, partner, pledge, n + 1, category, headcount, state,
        held_stage, pledged_at, steps, last_step_at, sources, revision, created_at, updated_at
    from deployment.contingents, generate_series($1::int, $2::int) n where id = 'first'",
    "insert into deployment.readiness_checks
        (mission, contingent, id, kind, passed, checked_at, place, official, note, sources,
        revision, created_at, updated_at)
    select mission, n::text, id, kind, passed, checked_at, place, official, note, sources,
        revision, created_at, updated_at
    from deployment.readiness_checks, generate_series($1::int, $2::int) n
    where contingent = 'first'",
    "insert into deployment.headcount_entries
        (mission, contingent, id, from_account, to_account, headcount, effective_at,
        cause, note, actor, revision, created_at, updated_at)
    select mission, n::text, gen_random_uuid()::text, from_account, to_account, headcount,
        effective_at, cause, note, actor, revision, created_at, updated_at
    from deployment.headcount_entries, generate_series($1::int, $2::int) n
    where contingent = 'first'",
    "insert into deployment.headcount_balances (mission, contingent, account, headcount)
    select mission, n::text, account, headcount
    from deployment.headcount_balances, generate_series($1::int, $2::int) n
    where contingent = 'first'",
    // What reads are answered from.
    "insert into deployment.revisions
        (mission, collection, key, revision, known_at, recorded_at, position, ordinal, present,
        message, salt, digest)
    select mission, collection, n::text, revision, known_at, recorded_at, position, 1000 + n,
        present, message, salt, digest
    from deployment.revisions, generate_series($1::int, $2::int) n
    where collection = 'contingents' and key = 'first'",
];

/// Missions `0`, `1`, … through the service.
pub async fn missions(client: &Client, count: usize) -> anyhow::Result<()> {
    for number in 0..count {
        mission(client, &number.to_string()).await?;
    }
    Ok(())
}

/// One mission through the service.
pub async fn mission(client: &Client, id: &str) -> anyhow::Result<()> {
    load(client, &MISSION.replace("MISSION", id)).await
}

/// A scenario through the services.
pub async fn load(client: &Client, text: &str) -> anyhow::Result<()> {
    let scenario = Scenario::parse("scenario.toml", text)?;
    Loader::new(client)
        .load(&scenario, |_| {})
        .await
        .map_err(|stopped| anyhow::anyhow!("{}: {}", stopped.method, stopped.status))?;
    Ok(())
}

/// Contingents with these numbers as ids in every mission.
pub async fn contingents(sql: &PgPool, first: usize, last: usize) -> anyhow::Result<()> {
    let (first, last) = (i32::try_from(first)?, i32::try_from(last)?);
    for statement in CONTINGENTS {
        sqlx::query(statement).bind(first).bind(last).execute(sql).await?;
    }
    // What a round finds must not depend on when the server got around to it by itself.
    sqlx::query("analyze").execute(sql).await?;
    Ok(())
}

/// The last revision of the contingent of a mission that went through the service.
pub async fn first_contingent(sql: &PgPool, mission: &str) -> anyhow::Result<ResourceChange> {
    let message: Vec<u8> = sqlx::query_scalar(
        "select message from deployment.revisions
        where mission = $1 and collection = 'contingents' and key = 'first'
        order by revision desc limit 1",
    )
    .bind(mission)
    .fetch_one(sql)
    .await?;
    Ok(ResourceChange::decode(message.as_slice())?)
}

/// Appends a change for each contingent and revision, all in one transaction: what the change of
/// the first one tells, in their names. Positions are dense, and each hash is over the one before.
pub async fn append(
    sql: &PgPool,
    mission: &str,
    first: &ResourceChange,
    told: &[(String, i64)],
) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let at = Some(wire::timestamp(now));
    let (mut keys, mut revisions, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    for (id, revision) in told {
        let name = format!("missions/{mission}/contingents/{id}");
        let mut change =
            ResourceChange { name: name.clone(), revision: *revision, ..first.clone() };
        (change.known_time, change.record_time) = (at, at);
        let any = change.resource.as_mut().context("the change tells nothing")?;
        any.value =
            Contingent { name, ..Contingent::decode(any.value.as_slice())? }.encode_to_vec();
        keys.push(id.as_str());
        revisions.push(*revision);
        messages.push(change.encode_to_vec());
    }
    sqlx::query(
        "select deployment.append_change($1, $2, array['contingents'], array[key],
            array[revision], array[$2], array[true], array[message], array[salt],
            array[sha256(salt || message)], '{}', '{}', '{}', '{}', '{}')
        from unnest($3::text[], $4::bigint[], $5::bytea[]) as t (key, revision, message),
            (select uuid_send(gen_random_uuid()) as salt) random",
    )
    .bind(mission)
    .bind(now)
    .bind(keys)
    .bind(revisions)
    .bind(messages)
    .execute(sql)
    .await?;
    Ok(())
}
