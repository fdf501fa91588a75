//! Crashes every method that changes something at every point of its way, and repeats the call:
//! it must have been done once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, ensure};
use muster::scenario::Call;
use muster_proto::common::v1::WatchChangesRequest;
use muster_service::fault::POINTS;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    caller::{Asked, Caller},
    checks, compaction,
    evidence::{self, Evidence},
    history::{Done, History, Outcome},
    script, watcher,
    world::{SERVICES, Settings, World, number},
};

/// How long a process may take to die where it was told to.
const DEATH_LIMIT: Duration = Duration::from_secs(5);
/// How long its follower may take, which may have nothing to do.
const FOLLOWER_LIMIT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the whole walk goes on at once: the follower of the other service's feed.
const FOLLOWER: &str = "link";

/// The replica that dies; the call is repeated at the other one, then at this one again.
const VICTIM: usize = 0;
/// The replica whose follower dies: its way leads to the replica that lives.
const FOLLOWING: usize = 1;

struct Walk {
    world: World,
    history: Arc<History>,
    caller: Caller,
    /// How often each point was died at.
    deaths: BTreeMap<String, usize>,
    methods: BTreeSet<String>,
    broken: Vec<String>,
}

/// Tells whether every call had exactly one effect.
pub async fn all(seed: u64) -> anyhow::Result<bool> {
    let world = World::start(&Settings::default()).await?;
    let history = Arc::new(History::default());
    let caller = Caller::new("operator", world.clients("operator")?, Arc::clone(&history));
    let mut walk = Walk {
        world,
        history,
        caller,
        deaths: BTreeMap::new(),
        methods: BTreeSet::new(),
        broken: Vec::new(),
    };
    let mut rng = fastrand::Rng::with_seed(seed);
    for (index, point) in POINTS.iter().enumerate() {
        walk.point(index, point, &mut rng).await?;
    }
    walk.finish().await
}

impl Walk {
    /// One mission, each of whose calls dies at a point.
    async fn point(
        &mut self,
        index: usize,
        point: &str,
        rng: &mut fastrand::Rng,
    ) -> anyhow::Result<()> {
        let mission = format!("m{index}");
        let mut calls = script::mission(&mission)?;
        calls.extend(script::life(&mission, index)?);
        for (number, call) in calls.iter().enumerate() {
            let id = Uuid::from_u128(rng.u128(..)).to_string();
            let asked = Asked::new(&call.method, &call.request, &id);
            // The reporting service's own work on what the feed tells dies now and then as well.
            let follows = point.starts_with("work.")
                && number % 5 == 4
                && script::service(&call.method) == SERVICES[0];
            if follows {
                self.arm((SERVICES[1], FOLLOWING), point, FOLLOWER).await?;
            }
            self.crash(call, &asked, point).await?;
            if follows {
                self.bury_follower(point).await?;
            }
        }
        println!("{point}: {} calls", calls.len());
        Ok(())
    }

    /// Waits until a caller finds a replica serving again.
    async fn serves(&self, service: &str, replica: usize) -> anyhow::Result<()> {
        let client = self.caller.client(replica);
        let kit = if service == SERVICES[0] { &client.deployment } else { &client.reporting };
        let until = Instant::now() + PATIENCE;
        while let Err(status) = kit.ready().await {
            ensure!(Instant::now() < until, "a victim does not come back: {status}");
        }
        Ok(())
    }

    async fn arm(
        &self,
        (service, replica): (&str, usize),
        point: &str,
        whom: &str,
    ) -> anyhow::Result<()> {
        let mut process = self.world.processes[number(service, replica)].lock().await;
        process.tell(&format!("arm {point} {whom}")).await
    }

    /// Starts the replica again whose follower was to die; the other one competes with it, and
    /// may have left it nothing to die of.
    async fn bury_follower(&mut self, point: &str) -> anyhow::Result<()> {
        {
            let mut process = self.world.processes[number(SERVICES[1], FOLLOWING)].lock().await;
            if process.died(FOLLOWER_LIMIT).await {
                *self.deaths.entry(format!("{point}, follower")).or_default() += 1;
            }
            process.restart().await?;
        }
        self.serves(SERVICES[1], FOLLOWING).await
    }

    /// Watches the victim's feed until it dies of that.
    async fn watch(&self, service: &str) {
        let request = WatchChangesRequest { positions: Vec::new(), include_others: true };
        let until_it_breaks = async {
            let opened = watcher::open(self.caller.client(VICTIM), service, request).await;
            if let Ok(mut stream) = opened {
                while let Ok(Some(_)) = stream.message().await {}
            }
        };
        // Whether it died is looked at by the caller.
        let _ = tokio::time::timeout(DEATH_LIMIT, until_it_breaks).await;
    }

    /// Makes a call that dies at a point, then repeats it at both replicas.
    async fn crash(&mut self, call: &Call, asked: &Asked, point: &str) -> anyhow::Result<()> {
        let service = script::service(&call.method);
        let path = script::path(&call.method);
        let of_feed = point.starts_with("feed.");
        if !of_feed {
            self.arm((service, VICTIM), point, &path).await?;
        }
        let first = self.caller.write(asked, VICTIM, Duration::ZERO).await;
        if of_feed {
            self.arm((service, VICTIM), point, service).await?;
            self.watch(service).await;
        }
        let died = {
            let mut process = self.world.processes[number(service, VICTIM)].lock().await;
            process.died(DEATH_LIMIT).await
        };
        if died {
            *self.deaths.entry(point.to_owned()).or_default() += 1;
            self.methods.insert(path.clone());
        }
        let repeated = self.caller.write(asked, VICTIM + 1, PATIENCE).await;
        self.world.processes[number(service, VICTIM)].lock().await.restart().await?;
        self.serves(service, VICTIM).await?;
        let again = self.caller.write(asked, VICTIM, PATIENCE).await;
        let said = |what: &str| format!("{path} of {} at {point}: {what}", call.name);
        if !died {
            self.broken.push(said("nothing died"));
        }
        match (first, repeated, again) {
            (Outcome::Unknown(_) | Outcome::Done(_), Outcome::Done(one), Outcome::Done(two))
                if same(&one, &two) => {}
            (first, repeated, again) => {
                self.broken.push(said(&format!("{first:?}, {repeated:?}, {again:?}")));
            }
        }
        Ok(())
    }

    async fn finish(self) -> anyhow::Result<bool> {
        let Self { world, history, caller, deaths, methods, mut broken } = self;
        let heads = evidence::rest(&world).await?;
        let mut evidence = Evidence::gather(&world, &caller).await?;
        evidence.rebuilt.clone_from(&evidence.projection);
        let events = std::mem::take(&mut *history.events());
        let found = checks::all(&events, &evidence).into_iter();
        broken.extend(found.map(|violation| format!("{}: {}", violation.check, violation.what)));
        let changing: BTreeSet<String> = script::changing().iter().map(script::path).collect();
        for missing in changing.difference(&methods) {
            broken.push(format!("{missing} was never crashed; add it to life.toml"));
        }
        ensure!(!methods.is_empty(), "nothing was crashed");
        // Last, for all that is held against what is kept of the feeds.
        for (service, heads) in &heads {
            let client = caller.client(VICTIM + 1);
            broken.extend(compaction::crash(&world, client, service, heads).await?);
        }
        for (point, deaths) in &deaths {
            println!("{point:30} {deaths} crashes");
        }
        println!("methods                        {} of {}", methods.len(), changing.len());
        println!("crashes                        {}", deaths.values().sum::<usize>());
        println!("changes in feeds               {}", evidence.changes.len());
        println!("violations                     {}", broken.len());
        for what in broken.iter().take(20) {
            println!("VIOLATION  {what}");
        }
        drop(caller);
        world.stop().await.context("cannot stop")?;
        Ok(broken.is_empty())
    }
}

fn same(one: &Done, two: &Done) -> bool {
    one.spot == two.spot && one.answer == two.answer && one.name == two.name
}
