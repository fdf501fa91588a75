//! One run: everything at once for a while, then rest, evidence, and the checks.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context;
use fastrand::Rng;
use tokio::{
    sync::{oneshot, watch},
    task::JoinSet,
};

use crate::{
    checks::{self, Violation},
    evidence::{self, Evidence},
    history::{Events, Expected, History},
    nemesis::{Kind, Nemesis},
    watcher::{Heads, Watcher, refuses_epoch},
    workload::Workload,
    world::{SERVICES, Settings, World},
};

/// How long watchers may take to see what there is, once nothing is written any more.
const WATCH_LIMIT: Duration = Duration::from_secs(30);

/// So few that callers can take all of them.
const FEW_CONNECTIONS: usize = 3;

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    /// At least; every kind of fault has its turn, however long that takes.
    pub length: Duration,
    pub writers: usize,
    pub readers: usize,
    pub watchers: usize,
    pub kinds: Vec<Kind>,
    pub settings: Settings,
    /// Whether history and logs are kept where a check fails.
    pub keep: bool,
}

impl Plan {
    pub fn new(seed: u64, length: Duration) -> Self {
        Self {
            seed,
            length,
            writers: 8,
            readers: 3,
            watchers: 2,
            kinds: Kind::USUAL.to_vec(),
            settings: Settings { connections: Some(FEW_CONNECTIONS), ..Settings::default() },
            keep: true,
        }
    }

    fn expected(&self) -> Expected {
        let watchers = 0..self.watchers * SERVICES.len();
        Expected {
            writers: self.writers,
            readers: self.readers,
            watchers: watchers.map(|number| (number, SERVICES[number % SERVICES.len()])).collect(),
            faults: self.kinds.iter().map(|kind| kind.name()).collect(),
        }
    }
}

/// What came of a run.
pub struct Result {
    pub events: Events,
    pub evidence: Evidence,
    pub violations: Vec<Violation>,
}

pub async fn run(plan: &Plan) -> anyhow::Result<Result> {
    let world = Arc::new(World::start(&plan.settings).await?);
    let history = Arc::new(History::default());
    history.events().expected = plan.expected();
    let workload = Arc::new(Workload::new(&world, Arc::clone(&history))?);
    let (end, ended) = BTreeMap::from(SERVICES.map(|service| (service, watch::channel(None))))
        .into_iter()
        .map(|(service, (end, ended))| ((service, end), (service, ended)))
        .unzip::<_, _, BTreeMap<_, _>, BTreeMap<_, watch::Receiver<Option<Heads>>>>();
    let mut watching = JoinSet::new();
    for (number, service) in plan.expected().watchers {
        let clients = world.clients(&format!("watcher-{number}"))?;
        let (watcher, history) = (Watcher { number, service, clients }, Arc::clone(&history));
        let end = ended[service].clone();
        watching.spawn(async move { watcher.run(&history, end).await });
    }
    let working = work(plan, &workload, &world, &history).await;
    working.with_context(|| format!("seed {}", plan.seed))?;

    let heads = evidence::rest(&world).await?;
    for (service, end) in &end {
        end.send_replace(heads.get(service).cloned());
    }
    // Who has not seen everything by then is found by the checks.
    let all_seen =
        tokio::time::timeout(WATCH_LIMIT, async { while watching.join_next().await.is_some() {} });
    let _ = all_seen.await;
    watching.shutdown().await;

    let mut evidence = Evidence::gather(&world, workload.operator()).await?;
    restore(&world, &workload, &mut evidence).await?;
    let events = std::mem::take(&mut *history.events());
    let violations = checks::all(&events, &evidence);
    if plan.keep && !violations.is_empty() {
        keep(&world, &events, plan.seed)?;
    }
    drop(workload);
    let world = Arc::into_inner(world).context("someone still uses the world")?;
    world.stop().await?;
    Ok(Result { events, evidence, violations })
}

/// Lets writers and readers work while the nemesis breaks things, for the plan's time and until
/// each kind of fault had its turn.
async fn work(
    plan: &Plan,
    workload: &Arc<Workload>,
    world: &Arc<World>,
    history: &Arc<History>,
) -> anyhow::Result<()> {
    let mut rng = Rng::with_seed(plan.seed);
    let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();
    for _ in 0..plan.writers {
        let (workload, seed) = (Arc::clone(workload), rng.u64(..));
        tasks.spawn(async move { workload.write(seed).await });
    }
    for reader in 0..plan.readers {
        let (workload, seed) = (Arc::clone(workload), rng.u64(..));
        tasks.spawn(async move {
            workload.read(reader, seed).await;
            Ok(())
        });
    }
    let (world, history, kinds) = (Arc::clone(world), Arc::clone(history), plan.kinds.clone());
    let mut nemesis = Nemesis { world, history, kinds, rng };
    let over = Arc::clone(workload);
    let (first_round, every_turn) = oneshot::channel();
    if nemesis.kinds.is_empty() {
        drop(first_round);
    } else {
        tasks.spawn(async move { nemesis.run(|| over.is_over(), first_round).await });
    }
    let enough = async {
        tokio::time::sleep(plan.length).await;
        // Nothing is said where nothing is to be broken.
        let _ = every_turn.await;
    };
    tokio::select! {
        () = enough => {}
        // Only what went wrong ends before the time.
        Some(ended) = tasks.join_next() => ended??,
    }
    workload.stop();
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

/// Gives every feed of the deployment service a new epoch, as restoring a backup does: watchers
/// must be told, and the reporting service must come to know the same again.
async fn restore(
    world: &World,
    workload: &Workload,
    evidence: &mut Evidence,
) -> anyhow::Result<()> {
    let mut db = world.sql(SERVICES[0]).await?;
    sqlx::query("update deployment.feeds set epoch = gen_random_uuid()").execute(&mut db).await?;
    let client = workload.operator().client(0);
    let feeds = evidence.heads.iter().filter(|((service, _), _)| service == SERVICES[0]);
    for ((service, mission), head) in feeds {
        let (epoch, position) = (&head.epoch, head.last_position);
        if let Err(said) = refuses_epoch(client, service, mission, epoch, position).await {
            evidence.epochs.push(format!("{mission}: a watch from the old epoch: {said}"));
        }
    }
    evidence::rest(world).await?;
    evidence.rebuilt = evidence::projection(&mut world.sql(SERVICES[1]).await?).await?;
    Ok(())
}

/// Keeps the history and the logs for whoever looks for the reason.
fn keep(world: &World, events: &Events, seed: u64) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("faults-seed-{seed}"));
    events.save(&folder)?;
    for entry in std::fs::read_dir(world.folder())? {
        let path = entry?.path();
        if let (Some("log"), Some(name)) =
            (path.extension().and_then(|ending| ending.to_str()), path.file_name())
        {
            std::fs::copy(&path, folder.join(name))?;
        }
    }
    eprintln!("kept history and logs in {}", folder.display());
    Ok(())
}
