//! Writers, readers and watchers, all at once.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use fastrand::Rng;
use muster::scenario::Call;
use muster_service::{
    identity::{Grant, Role},
    rules,
};
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tokio::sync::OnceCell;
use tonic::Code;
use uuid::Uuid;

use crate::{
    caller::{self, Asked, Caller, DISMISSED},
    history::{Done, History, LINK, Outcome, Read},
    script,
    world::{self, REPLICAS, World},
};

/// How many lives share a mission, and so its feed, its ceiling and its rows.
const LIVES_PER_MISSION: usize = 8;
/// How long a writer goes on asking what became of a call.
const PATIENCE: Duration = Duration::from_mins(1);
const READ_PAUSE: Duration = Duration::from_millis(15);
/// How many acknowledged changes readers choose from.
const BOARD: usize = 400;

/// What all of them share.
pub struct Workload {
    history: Arc<History>,
    operator: Caller,
    /// Someone else with the same rights.
    stranger: Caller,
    /// The operator, whose roles were taken away but for one that reaches none of its answers.
    dismissed: Caller,
    getters: BTreeMap<String, MethodDescriptor>,
    lives: AtomicUsize,
    missions: Mutex<BTreeMap<String, Arc<OnceCell<()>>>>,
    board: Mutex<Vec<(MethodDescriptor, Done)>>,
    stop: AtomicBool,
}

impl Workload {
    pub fn new(world: &World, history: Arc<History>) -> anyhow::Result<Self> {
        let caller = |subject: &str| {
            anyhow::Ok(Caller::new(subject, world.clients(subject)?, Arc::clone(&history)))
        };
        // Whom the policy lets in for most changes, for what is a partner's own.
        let (role, mission) = (Role::Contributor, "*".to_owned());
        let little = Grant { role, mission, partner: Some("nobody".to_owned()) };
        let dismissed = world.clients_with("operator", vec![little])?;
        Ok(Self {
            operator: caller("operator")?,
            stranger: caller("stranger")?,
            dismissed: Caller::new(DISMISSED, dismissed, Arc::clone(&history)),
            getters: script::getters(),
            lives: AtomicUsize::new(0),
            missions: Mutex::default(),
            board: Mutex::default(),
            stop: AtomicBool::new(false),
            history,
        })
    }

    /// Lets writers and readers end after what they are at.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    pub fn is_over(&self) -> bool {
        self.stop.load(Relaxed)
    }

    pub fn operator(&self) -> &Caller {
        &self.operator
    }

    /// Leads one life after the other.
    pub async fn write(&self, seed: u64) -> anyhow::Result<()> {
        let mut rng = Rng::with_seed(seed);
        while !self.is_over() {
            let life = self.lives.fetch_add(1, Relaxed);
            let mission = format!("m{}", life / LIVES_PER_MISSION);
            self.open(&mission, &mut rng).await?;
            for call in script::life(&mission, life)? {
                if self.is_over() {
                    break;
                }
                self.step(&call, &mut rng).await;
            }
        }
        Ok(())
    }

    /// Opens a mission, unless another writer did.
    async fn open(&self, mission: &str, rng: &mut Rng) -> anyhow::Result<()> {
        let cell = {
            let mut missions = self.missions.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(missions.entry(mission.to_owned()).or_default())
        };
        let calls = script::mission(mission)?;
        cell.get_or_init(|| async {
            for call in &calls {
                let asked = asked(call, rng);
                self.operator.write(&asked, rng.usize(..REPLICAS), PATIENCE).await;
            }
        })
        .await;
        Ok(())
    }

    /// Makes a call as callers do: mostly once, sometimes twice, sometimes against each other.
    async fn step(&self, call: &Call, rng: &mut Rng) {
        let replica = rng.usize(..REPLICAS);
        let one = asked(call, rng);
        let revision = match rng.u8(..10) {
            0..5 if !call.creates() => self.revision(call, replica).await,
            _ => None,
        };
        let one = revision.map_or(one.clone(), |revision| one.on_revision(revision));
        match rng.u8(..100) {
            // Twins: the same call to both replicas at the same time.
            0..15 => {
                let twin = self.operator.write(&one, replica + 1, PATIENCE);
                let (first, _) = tokio::join!(self.operator.write(&one, replica, PATIENCE), twin);
                self.post(&one, first);
            }
            // Rivals: two calls that decided on the same revision.
            15..75 if revision.is_some() => {
                let mut rival = one.clone();
                rival.request.set_field_by_name("request_id", Value::String(request_id(rng)));
                let rival = self.operator.write(&rival, replica + 1, PATIENCE);
                let (first, _) = tokio::join!(self.operator.write(&one, replica, PATIENCE), rival);
                self.post(&one, first);
            }
            chance => {
                let outcome = self.operator.write(&one, replica, PATIENCE).await;
                let done = matches!(outcome, Outcome::Done(_));
                self.post(&one, outcome);
                let again = match chance {
                    75..80 => &self.operator,
                    80..90 => &self.stranger,
                    90..95 if done => &self.dismissed,
                    _ => return,
                };
                again.write(&one, replica + 1, PATIENCE).await;
            }
        }
    }

    async fn revision(&self, call: &Call, replica: usize) -> Option<i64> {
        let getter = self.getters.get(call.method.output().full_name())?;
        let found = self.operator.get(getter, &call.name, replica, &[]).await.ok()?;
        caller::revision(&found)
    }

    /// Lets readers know of an acknowledged change.
    fn post(&self, asked: &Asked, outcome: Outcome) {
        let getter = self.getters.get(asked.method.output().full_name());
        if let (Outcome::Done(done), Some(getter)) = (outcome, getter) {
            let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
            if BOARD <= board.len() {
                board.swap_remove(0);
            }
            board.push((getter.clone(), done));
        }
    }

    /// Reads what was acknowledged, at any replica, with its token.
    pub async fn read(&self, reader: usize, seed: u64) {
        let mut rng = Rng::with_seed(seed);
        let mut seen: BTreeMap<String, i64> = BTreeMap::new();
        while !self.is_over() {
            tokio::time::sleep(READ_PAUSE).await;
            let chosen = {
                let board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
                if board.is_empty() { None } else { Some(board[rng.usize(..board.len())].clone()) }
            };
            let Some((getter, done)) = chosen else { continue };
            let replica = rng.usize(..REPLICAS);
            let read = if done.spot.service == "deployment" && rng.bool() {
                self.read_link(&done, replica).await
            } else {
                self.read_back(&getter, &done, replica).await
            };
            let Some((service, name, at_least, shown)) = read else { continue };
            let last = seen.entry(name.clone()).or_default();
            let at_least = at_least.max(*last);
            *last = shown.max(*last);
            let replica = world::name(world::number(service, replica));
            let end = self.history.now();
            let read = Read { reader, replica, name, at_least, shown, end };
            self.history.events().reads.push(read);
        }
    }

    /// How far the reporting service has followed, asked with the token of a change.
    async fn read_link(
        &self,
        done: &Done,
        replica: usize,
    ) -> Option<(&'static str, String, i64, i64)> {
        let method = rules::pool()
            .get_service_by_name("muster.reporting.v1.LinkService")?
            .methods()
            .find(|method| method.name() == "GetLinkStatus")?;
        let mut request = DynamicMessage::new(method.input());
        let name = format!("missions/{}", done.spot.mission);
        request.set_field_by_name("name", Value::String(name.clone()));
        let tokens = [done.token.clone()];
        let answer = self.operator.read(&method, &request, replica, &tokens).await.ok()?;
        let position = answer.get_field_by_name("applied_position")?.as_i64()?;
        Some(("reporting", format!("{name}{LINK}"), done.spot.position, position))
    }

    async fn read_back(
        &self,
        getter: &MethodDescriptor,
        done: &Done,
        replica: usize,
    ) -> Option<(&'static str, String, i64, i64)> {
        let tokens = [done.token.clone()];
        let shown = match self.operator.get(getter, &done.name, replica, &tokens).await {
            Ok(resource) => caller::revision(&resource)?,
            Err(status) if status.code() == Code::NotFound => 0,
            Err(_) => return None,
        };
        Some((script::service(getter), done.name.clone(), done.revision, shown))
    }
}

fn asked(call: &Call, rng: &mut Rng) -> Asked {
    Asked::new(&call.method, &call.request, &request_id(rng))
}

/// Ids come from the seed, so that a run can be told from its seed.
fn request_id(rng: &mut Rng) -> String {
    Uuid::from_u128(rng.u128(..)).to_string()
}
