//! What can be broken in and around the database.

use std::time::Duration;

use muster_proto::common::v1::ResourceChange;
use prost::Message;
use prost_types::Any;
use sha2::{Digest, Sha256};
use sqlx::Connection;
use tokio::time::{Instant, sleep};

use super::Nemesis;
use crate::{
    checks::POISON,
    world::{REPLICAS, SERVICES},
};

/// How long callers may take to run into what is held until it is given up.
const EXHAUSTION_LIMIT: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(20);

impl Nemesis {
    /// Holds what every writer needs, until callers have taken every connection of a process of
    /// either service, and a while longer; tells whether it came to that.
    pub(super) async fn exhaust(&mut self) -> anyhow::Result<bool> {
        let mut exhausted = true;
        for service in SERVICES {
            let mut db = self.world.sql(service).await?;
            let mut held = db.begin().await?;
            let lock = match service {
                "deployment" => "lock table deployment.feeds in access exclusive mode",
                _ => "lock table reporting.feeds in access exclusive mode",
            };
            sqlx::query(lock).execute(&mut *held).await?;
            exhausted &= self.has_none_left(service).await?;
            self.pause(1000..3000).await;
            held.rollback().await?;
        }
        Ok(exhausted)
    }

    /// Waits until more sessions of a service wait than its processes could have if each of them
    /// had a connection left.
    async fn has_none_left(&self, service: &str) -> anyhow::Result<bool> {
        let most = i64::try_from(REPLICAS * (self.world.connections - 1))?;
        let mut db = self.world.sql(service).await?;
        let until = Instant::now() + EXHAUSTION_LIMIT;
        while Instant::now() < until {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity
                where usename = current_user and wait_event_type = 'Lock'",
            )
            .fetch_one(&mut db)
            .await?;
            if most < waiting {
                return Ok(true);
            }
            sleep(PAUSE).await;
        }
        Ok(false)
    }

    /// Fills the disk that the database is on, and makes room again.
    pub(super) async fn fill(&mut self) -> anyhow::Result<()> {
        let file = self.world.data().join("filler");
        let output = tokio::process::Command::new("dd")
            .args(["if=/dev/zero", "bs=64k"])
            .arg(format!("of={}", file.display()))
            .output()
            .await?;
        anyhow::ensure!(!output.status.success(), "the disk did not become full");
        self.pause(1000..3000).await;
        Ok(std::fs::remove_file(&file)?)
    }

    /// Appends a change to a feed that no reader can make sense of; tells whether there is a feed.
    pub(super) async fn poison(&mut self) -> anyhow::Result<bool> {
        let mut db = self.world.sql(SERVICES[0]).await?;
        let missions: Vec<String> =
            sqlx::query_scalar("select mission from deployment.feeds order by mission")
                .fetch_all(&mut db)
                .await?;
        let Some(mission) = missions.last() else { return Ok(false) };
        let resource = ResourceChange {
            name: format!("missions/{mission}{POISON}{}", self.rng.u32(..)),
            revision: 1,
            resource: Some(Any {
                type_url: "/muster.deployment.v1.Pledge".to_owned(),
                value: vec![0xff; 9],
            }),
            actor: "nemesis".to_owned(),
            ..ResourceChange::default()
        };
        let message = resource.encode_to_vec();
        let salt = self.rng.u128(..).to_be_bytes();
        let digest = Sha256::new().chain_update(salt).chain_update(&message).finalize();
        let appended: Option<i64> = sqlx::query_scalar(
            "with feed as materialized (
                select mission, greatest(now(), last_recorded_at) as at from deployment.feeds
                where mission = $1 for update
            )
            select (deployment.append_change(mission, at, array['pledges'], array[$2],
                array[1::bigint], array[null::timestamptz], array[true], array[$3], array[$4],
                array[$5], '{}', '{}', '{}', '{}', '{}')).new_position
            from feed",
        )
        .bind(mission)
        .bind(resource.name.rsplit('/').next())
        .bind(message)
        .bind(&salt[..])
        .bind(&digest[..])
        .fetch_one(&mut db)
        .await?;
        anyhow::ensure!(appended.is_some(), "the feed could not be poisoned");
        Ok(true)
    }
}
