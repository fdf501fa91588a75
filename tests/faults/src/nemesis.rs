//! Breaks one thing after the other, and mends it again.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use muster_proto::common::v1::{Change, ResourceChange};
use prost::Message;
use prost_types::Any;
use sqlx::Connection;

use crate::{
    checks::POISON,
    history::{Fault, History},
    proxy::{Proxy, Weather},
    world::{REPLICAS, SERVICES, World, name},
};

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    ServiceKilled,
    ServiceFrozen,
    PostgresKilled,
    LinkCut,
    ConnectionsReset,
    NetworkSlow,
    DeafThere,
    DeafBack,
    PoolExhausted,
    DiskFull,
    ClockShifted,
    DeliveriesDisordered,
    EventPoisoned,
}

impl Kind {
    /// Those that every machine can have.
    pub const USUAL: [Self; 12] = [
        Self::ServiceKilled,
        Self::ServiceFrozen,
        Self::PostgresKilled,
        Self::LinkCut,
        Self::ConnectionsReset,
        Self::NetworkSlow,
        Self::DeafThere,
        Self::DeafBack,
        Self::PoolExhausted,
        Self::ClockShifted,
        Self::DeliveriesDisordered,
        Self::EventPoisoned,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ServiceKilled => "service killed (-9)",
            Self::ServiceFrozen => "service stopped (SIGSTOP)",
            Self::PostgresKilled => "Postgres killed (-9)",
            Self::LinkCut => "link cut",
            Self::ConnectionsReset => "connections reset",
            Self::NetworkSlow => "network slow",
            Self::DeafThere => "network deaf, requests",
            Self::DeafBack => "network deaf, answers",
            Self::PoolExhausted => "pool exhausted",
            Self::DiskFull => "disk full",
            Self::ClockShifted => "clock shifted by days",
            Self::DeliveriesDisordered => "deliveries doubled and lost",
            Self::EventPoisoned => "event poisoned",
        }
    }
}

pub struct Nemesis {
    pub world: Arc<World>,
    pub history: Arc<History>,
    pub kinds: Vec<Kind>,
    pub rng: Rng,
}

impl Nemesis {
    /// Breaks each kind, of which there is one at least, once in turn, in an order of the seed,
    /// until nobody wants more.
    pub async fn run(&mut self, over: impl Fn() -> bool) -> anyhow::Result<()> {
        let mut order = Vec::new();
        while !over() {
            self.pause(300..900).await;
            if order.is_empty() {
                order.clone_from(&self.kinds);
                self.rng.shuffle(&mut order);
            }
            if let Some(kind) = order.pop() {
                self.strike(kind).await?;
            }
        }
        Ok(())
    }

    async fn pause(&mut self, millis: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.rng.u64(millis))).await;
    }

    async fn strike(&mut self, kind: Kind) -> anyhow::Result<()> {
        let number = self.rng.usize(..self.world.processes.len());
        let start = self.history.now();
        let (mut replica, mut healed) = (None, None);
        match kind {
            Kind::ServiceKilled => {
                replica = Some(name(number));
                // It is struck when it dies, not when it is there again.
                healed = Some(start);
                self.world.processes[number].lock().await.restart().await?;
            }
            Kind::ServiceFrozen => {
                replica = Some(name(number));
                self.world.processes[number].lock().await.freeze(true)?;
                self.pause(500..4000).await;
                self.world.processes[number].lock().await.freeze(false)?;
            }
            Kind::PostgresKilled => {
                healed = Some(start);
                self.world.restart_postgres().await?;
            }
            Kind::LinkCut => replica = self.weather(number, Weather::Cut).await,
            Kind::NetworkSlow => {
                let by = Duration::from_millis(self.rng.u64(5..60));
                replica = self.weather(number, Weather::Slow(by)).await;
            }
            Kind::DeafThere => replica = self.weather(number, Weather::DeafThere).await,
            Kind::DeafBack => replica = self.weather(number, Weather::DeafBack).await,
            Kind::ConnectionsReset => self.proxy(number).reset(),
            Kind::PoolExhausted => self.exhaust().await?,
            Kind::DiskFull => self.fill().await?,
            Kind::ClockShifted => {
                replica = Some(name(number));
                let days = if self.rng.bool() { 3 } else { -3 };
                self.tell(number, &format!("shift {}", days * 86_400)).await?;
                self.pause(500..3000).await;
                self.tell(number, "shift 0").await?;
            }
            Kind::DeliveriesDisordered => {
                for number in REPLICAS..2 * REPLICAS {
                    self.tell(number, "deliver 5").await?;
                }
                self.pause(1000..3000).await;
                for number in REPLICAS..2 * REPLICAS {
                    self.tell(number, "deliver 0").await?;
                }
            }
            Kind::EventPoisoned => self.poison().await?,
        }
        let healed = healed.unwrap_or_else(|| self.history.now());
        let fault = Fault { kind: kind.name(), replica, start, healed };
        self.history.events().faults.push(fault);
        Ok(())
    }

    async fn tell(&self, number: usize, what: &str) -> anyhow::Result<()> {
        self.world.processes[number].lock().await.tell(what).await
    }

    /// A way to or from a process: of its callers, to its database, or to its peer.
    fn proxy(&mut self, number: usize) -> &Proxy {
        let link = number.checked_sub(REPLICAS).and_then(|number| self.world.links.get(number));
        match (self.rng.u8(..3), link) {
            (0, _) => &self.world.fronts[number],
            (1, Some(link)) => link,
            _ => &self.world.databases[number],
        }
    }

    async fn weather(&mut self, number: usize, weather: Weather) -> Option<String> {
        let proxy = self.proxy(number).clone();
        proxy.set(weather);
        self.pause(500..4000).await;
        proxy.set(Weather::Fair);
        Some(name(number))
    }

    /// Holds what every writer needs, until all connections of both services wait for it.
    async fn exhaust(&mut self) -> anyhow::Result<()> {
        for service in SERVICES {
            let mut db = self.world.sql(service).await?;
            let mut held = db.begin().await?;
            let lock = match service {
                "deployment" => "lock table deployment.feeds in access exclusive mode",
                _ => "lock table reporting.feeds in access exclusive mode",
            };
            sqlx::query(lock).execute(&mut *held).await?;
            self.pause(1000..3500).await;
            held.rollback().await?;
        }
        Ok(())
    }

    /// Fills the disk that the database is on, and makes room again.
    async fn fill(&mut self) -> anyhow::Result<()> {
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

    /// Appends a change to a feed that no reader can make sense of.
    async fn poison(&mut self) -> anyhow::Result<()> {
        let mut db = self.world.sql(SERVICES[0]).await?;
        let missions: Vec<String> =
            sqlx::query_scalar("select mission from deployment.feeds order by mission")
                .fetch_all(&mut db)
                .await?;
        let Some(mission) = missions.last() else { return Ok(()) };
        let resource = ResourceChange {
            name: format!("missions/{mission}{POISON}{}", self.rng.u32(..)),
            revision: 1,
            resource: Some(Any {
                type_url: "/muster.deployment.v1.Pledge".to_owned(),
                value: vec![0xff; 9],
            }),
        };
        let change = Change {
            mission: format!("missions/{mission}"),
            actor: "nemesis".to_owned(),
            resources: vec![resource],
            ..Change::default()
        };
        sqlx::query("select deployment.finish_work($1, now(), $2, 'nemesis', '', null, null)")
            .bind(mission)
            .bind(change.encode_to_vec())
            .execute(&mut db)
            .await?;
        Ok(())
    }
}
