//! Breaks one thing after the other, and mends it again.

mod database;

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use tokio::sync::oneshot;

use crate::{
    history::{Fault, History},
    proxy::{Proxy, Weather},
    world::{self, REPLICAS, SERVICES, World, name},
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

    const fn reach(self) -> Reach {
        match self {
            Self::ServiceKilled | Self::ServiceFrozen | Self::ClockShifted => Reach::Process,
            Self::LinkCut
            | Self::ConnectionsReset
            | Self::NetworkSlow
            | Self::DeafThere
            | Self::DeafBack => Reach::Way,
            Self::PostgresKilled
            | Self::PoolExhausted
            | Self::DiskFull
            | Self::DeliveriesDisordered
            | Self::EventPoisoned => Reach::All,
        }
    }
}

/// How much a fault strikes at once.
enum Reach {
    Process,
    /// One way of the network.
    Way,
    All,
}

/// How many ways there are.
const WAYS: usize = 3;

/// A way of the network to or from a process.
struct Way {
    name: &'static str,
    number: usize,
    proxy: Proxy,
}

pub struct Nemesis {
    pub world: Arc<World>,
    pub history: Arc<History>,
    pub kinds: Vec<Kind>,
    pub rng: Rng,
}

impl Nemesis {
    /// Breaks each kind, of which there is one at least, once in turn, in an order of the seed,
    /// until nobody wants more; says when each had its first turn.
    pub async fn run(
        &mut self,
        over: impl Fn() -> bool,
        first_round: oneshot::Sender<()>,
    ) -> anyhow::Result<()> {
        let mut first_round = Some(first_round);
        for round in self.rng.usize(..WAYS).. {
            let mut order = self.kinds.clone();
            self.rng.shuffle(&mut order);
            for kind in order {
                self.pause(300..900).await;
                if over() {
                    return Ok(());
                }
                // What it did not come to is tried once more.
                if !self.strike(kind, round).await? {
                    self.pause(300..900).await;
                    self.strike(kind, round).await?;
                }
            }
            if let Some(first_round) = first_round.take() {
                // Whoever waits for it may have given up.
                let _ = first_round.send(());
            }
        }
        Ok(())
    }

    async fn pause(&mut self, millis: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.rng.u64(millis))).await;
    }

    /// Breaks one thing and mends it; tells whether it came to that.
    async fn strike(&mut self, kind: Kind, round: usize) -> anyhow::Result<bool> {
        let number = self.rng.usize(..self.world.processes.len());
        // Each round another one for each kind, and in each round all of them.
        let way = self.way(number, kind as usize + round);
        let start = self.history.now();
        let (mut struck, mut healed) = (true, None);
        match kind {
            Kind::ServiceKilled => {
                // It is struck when it dies, not when it is there again.
                healed = Some(start);
                self.world.processes[number].lock().await.restart().await?;
            }
            Kind::ServiceFrozen => {
                self.world.processes[number].lock().await.freeze(true)?;
                self.pause(500..4000).await;
                self.world.processes[number].lock().await.freeze(false)?;
            }
            Kind::PostgresKilled => {
                healed = Some(start);
                self.world.restart_postgres().await?;
            }
            Kind::LinkCut => self.weather(&way, Weather::Cut).await,
            Kind::NetworkSlow => {
                let by = Duration::from_millis(self.rng.u64(5..60));
                self.weather(&way, Weather::Slow(by)).await;
            }
            Kind::DeafThere => self.weather(&way, Weather::DeafThere).await,
            Kind::DeafBack => self.weather(&way, Weather::DeafBack).await,
            Kind::ConnectionsReset => way.proxy.reset(),
            Kind::PoolExhausted => struck = self.exhaust().await?,
            Kind::DiskFull => self.fill().await?,
            Kind::ClockShifted => {
                let days = if self.rng.bool() { 3 } else { -3 };
                self.tell(number, &format!("shift {}", days * 86_400)).await?;
                self.pause(500..3000).await;
                self.tell(number, "shift 0").await?;
            }
            Kind::DeliveriesDisordered => self.disorder().await?,
            Kind::EventPoisoned => struck = self.poison().await?,
        }
        if struck {
            let (replica, way) = match kind.reach() {
                Reach::Process => (Some(name(number)), None),
                Reach::Way => (Some(name(way.number)), Some(way.name)),
                Reach::All => (None, None),
            };
            let healed = healed.unwrap_or_else(|| self.history.now());
            let fault = Fault { kind: kind.name(), way, replica, start, healed };
            self.history.events().faults.push(fault);
        }
        Ok(struck)
    }

    /// Lets what both followers are told come twice, not at all, or with a hole.
    async fn disorder(&mut self) -> anyhow::Result<()> {
        for number in REPLICAS..2 * REPLICAS {
            self.tell(number, "deliver 5").await?;
        }
        self.pause(1000..3000).await;
        for number in REPLICAS..2 * REPLICAS {
            self.tell(number, "deliver 0").await?;
        }
        Ok(())
    }

    async fn tell(&self, number: usize, what: &str) -> anyhow::Result<()> {
        self.world.processes[number].lock().await.tell(what).await
    }

    /// One of the ways of a process: of its callers, to its database, or of a reporting replica to
    /// its peer.
    fn way(&self, number: usize, turn: usize) -> Way {
        let replica = number % REPLICAS;
        match turn % WAYS {
            0 => Way { name: "callers", number, proxy: self.world.fronts[number].clone() },
            1 => Way { name: "database", number, proxy: self.world.databases[number].clone() },
            _ => Way {
                name: "link",
                number: world::number(SERVICES[1], replica),
                proxy: self.world.links[replica].clone(),
            },
        }
    }

    async fn weather(&mut self, way: &Way, weather: Weather) {
        way.proxy.set(weather);
        self.pause(500..4000).await;
        way.proxy.set(Weather::Fair);
    }
}
