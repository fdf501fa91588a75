//! Crashes compaction around its commit: the feed that is kept has to be the same.

use std::{collections::BTreeMap, time::Duration};

use muster::client::Client;
use muster_proto::{
    common::v1::ReadSnapshotRequest,
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient as Deployment,
    reporting::v1::change_feed_service_client::ChangeFeedServiceClient as Reporting,
};
use muster_service::fault::COMPACTION_POINTS;
use sqlx::AssertSqlSafe;

use crate::{
    watcher::Heads,
    world::{World, number},
};

/// The replica that dies; the other one is asked what is left.
const VICTIM: usize = 0;
const DEATH_LIMIT: Duration = Duration::from_secs(5);

/// What a snapshot holds: position, and by name revision and content.
type Snapshot = (i64, BTreeMap<String, (i64, Vec<u8>)>);

/// Compacts the feeds of a service, dies of it at each point, and compacts them to the end; tells
/// what was not as it has to be.
pub async fn crash(
    world: &World,
    client: &Client,
    service: &'static str,
    heads: &Heads,
) -> anyhow::Result<Vec<String>> {
    let before = snapshots(client, service, heads).await?;
    let mut broken = Vec::new();
    let victim = &world.processes[number(service, VICTIM)];
    for point in COMPACTION_POINTS {
        let mut victim = victim.lock().await;
        victim.tell(&format!("arm {point} {service}")).await?;
        // It dies instead of an answer.
        if victim.tell("compact").await.is_ok() || !victim.died(DEATH_LIMIT).await {
            broken.push(format!("{service} at {point}: nothing died"));
        }
        victim.restart().await?;
        if snapshots(client, service, heads).await? != before {
            broken.push(format!("{service} at {point}: a snapshot is not what it was"));
        }
    }
    victim.lock().await.tell("compact").await?;
    if snapshots(client, service, heads).await? != before {
        broken.push(format!("{service}: a snapshot is not what it was before compaction"));
    }
    let left = format!("select count(*) from {service}.changes");
    let mut db = world.sql(service).await?;
    let left: i64 = sqlx::query_scalar(AssertSqlSafe(left)).fetch_one(&mut db).await?;
    if left != 0 {
        broken.push(format!("{service}: {left} changes are left"));
    }
    Ok(broken)
}

async fn snapshots(
    client: &Client,
    service: &str,
    heads: &Heads,
) -> anyhow::Result<BTreeMap<String, Snapshot>> {
    let mut found = BTreeMap::new();
    for mission in heads.keys() {
        let request = ReadSnapshotRequest { parent: format!("missions/{mission}") };
        let answer = if service == "deployment" {
            Deployment::new(client.deployment.clone()).read_snapshot(request).await?
        } else {
            Reporting::new(client.reporting.clone()).read_snapshot(request).await?
        };
        let (mut parts, mut position, mut resources) = (answer.into_inner(), 0, BTreeMap::new());
        while let Some(part) = parts.message().await? {
            position = part.position.unwrap_or_default().position;
            resources.extend(part.resources.into_iter().map(|told| {
                let content = told.resource.unwrap_or_default().value;
                (told.name, (told.revision, content))
            }));
        }
        found.insert(mission.clone(), (position, resources));
    }
    Ok(found)
}
