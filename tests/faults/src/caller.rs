//! A caller: asks until it knows, and remembers everything.

use std::{
    collections::BTreeMap,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context;
use muster::client::Client;
use muster_service::token::{HEADER, Token};
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tokio::time::{Instant, timeout};
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use crate::{
    history::{Attempt, Done, Failure, History, Outcome, Replica, Spot, Write},
    script, world,
};

/// How long one attempt may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(50);
const REPLAYED: &str = "muster-replayed";

/// The history's name for the operator with a token that no longer reaches what the operator did.
pub const DISMISSED: &str = "operator, dismissed";

pub struct Caller {
    /// Who it is in the history.
    pub subject: String,
    clients: Vec<Client>,
    history: Arc<History>,
    /// The newest token of each mission that the deployment service gave: what was written there
    /// can be referred to in the reporting service.
    tokens: Mutex<BTreeMap<String, (i64, String)>>,
}

/// What is asked for, under one request id.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: MethodDescriptor,
    pub request: DynamicMessage,
    pub decided_on: Option<i64>,
}

impl Asked {
    pub fn new(method: &MethodDescriptor, request: &DynamicMessage, request_id: &str) -> Self {
        let (method, mut request) = (method.clone(), request.clone());
        request.set_field_by_name("request_id", Value::String(request_id.to_owned()));
        Self { method, request, decided_on: None }
    }

    /// The same, decided on a revision of the resource.
    pub fn on_revision(mut self, revision: i64) -> Self {
        let etag = muster_service::resource::etag(revision);
        self.request.set_field_by_name("etag", Value::String(etag));
        self.decided_on = Some(revision);
        self
    }
}

impl Caller {
    pub fn new(subject: &str, clients: Vec<Client>, history: Arc<History>) -> Self {
        Self { subject: subject.to_owned(), clients, history, tokens: Mutex::default() }
    }

    pub fn client(&self, replica: usize) -> &Client {
        &self.clients[replica % self.clients.len()]
    }

    /// Asks one replica after the other, until it is known what came of it or patience ends.
    pub async fn write(&self, asked: &Asked, first: usize, patience: Duration) -> Outcome {
        let until = Instant::now() + patience;
        let index = self.enter(asked);
        for replica in first.. {
            let attempt = self.attempt(asked, replica).await;
            let outcome = attempt.outcome.clone();
            self.history.events().writes[index].attempts.push(attempt);
            if !matches!(outcome, Outcome::Unknown(_)) || until < Instant::now() {
                return outcome;
            }
            tokio::time::sleep(PAUSE).await;
        }
        Outcome::Unknown(String::new())
    }

    /// The place of a write in the history; several of one request id are one write.
    fn enter(&self, asked: &Asked) -> usize {
        let request_id = asked.request.get_field_by_name("request_id");
        let request_id =
            request_id.and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
        let mut events = self.history.events();
        let recent = events.writes.len().saturating_sub(500);
        let known = events.writes[recent..]
            .iter()
            .rposition(|write| write.request_id == request_id && write.caller == self.subject);
        if let Some(known) = known {
            return recent + known;
        }
        events.writes.push(Write {
            request_id,
            caller: self.subject.clone(),
            method: script::path(&asked.method),
            decided_on: asked.decided_on,
            attempts: Vec::new(),
        });
        events.writes.len() - 1
    }

    pub async fn attempt(&self, asked: &Asked, replica: usize) -> Attempt {
        let start = self.history.now();
        let tokens = self.tokens(asked);
        let answer = self.call(&asked.method, &asked.request, replica, &tokens).await;
        let outcome = match answer {
            Ok(answer) => match done(&answer) {
                Ok(done) => {
                    self.remember(&done);
                    Outcome::Done(done)
                }
                Err(error) => Outcome::Refused(format!("not understood: {error:#}")),
            },
            Err(status) => refusal(&status),
        };
        let replica = self.replica(&asked.method, replica);
        Attempt { replica, start, end: self.history.now(), outcome }
    }

    fn replica(&self, method: &MethodDescriptor, replica: usize) -> Replica {
        world::name(world::number(script::service(method), replica % self.clients.len()))
    }

    /// What a call must not be answered from before: only one service follows the other.
    fn tokens(&self, asked: &Asked) -> Vec<String> {
        if script::service(&asked.method) == world::SERVICES[0] {
            return Vec::new();
        }
        let names = ["parent", "name"].map(|key| field(&asked.request, key));
        let mission = names.iter().find_map(|name| name.split('/').nth(1)).unwrap_or_default();
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(mission).map(|(_, token)| token.clone()).into_iter().collect()
    }

    fn remember(&self, done: &Done) {
        if done.spot.service == world::SERVICES[0] {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            let newest = tokens.entry(done.spot.mission.clone()).or_default();
            if newest.0 < done.spot.position {
                *newest = (done.spot.position, done.token.clone());
            }
        }
    }

    /// One call to a replica, with what its answer must not be older than.
    async fn call(
        &self,
        method: &MethodDescriptor,
        request: &DynamicMessage,
        replica: usize,
        tokens: &[String],
    ) -> Result<Response<DynamicMessage>, Status> {
        let mut request = Request::new(request.clone());
        request.set_timeout(ATTEMPT_LIMIT);
        if let Ok(tokens) = tokens.join(",").parse() {
            request.metadata_mut().insert(HEADER, tokens);
        }
        let call = self.client(replica).call(method, request);
        timeout(ATTEMPT_LIMIT, call)
            .await
            .unwrap_or_else(|_| Err(Status::deadline_exceeded("the caller waited long enough")))
    }

    /// The same for a call that changes nothing: no attempt tells of its failure.
    pub async fn read(
        &self,
        method: &MethodDescriptor,
        request: &DynamicMessage,
        replica: usize,
        tokens: &[String],
    ) -> Result<DynamicMessage, Status> {
        let answer = self.call(method, request, replica, tokens).await;
        answer.map(Response::into_inner).inspect_err(|status| {
            note_failure(&self.history, &self.subject, self.replica(method, replica), status);
        })
    }

    /// Reads one resource.
    pub async fn get(
        &self,
        getter: &MethodDescriptor,
        name: &str,
        replica: usize,
        tokens: &[String],
    ) -> Result<DynamicMessage, Status> {
        let mut request = DynamicMessage::new(getter.input());
        request.set_field_by_name("name", Value::String(name.to_owned()));
        self.read(getter, &request, replica, tokens).await
    }
}

fn done(answer: &Response<DynamicMessage>) -> anyhow::Result<Done> {
    let metadata = answer.metadata();
    let text = metadata.get(HEADER).and_then(|value| value.to_str().ok()).context("no token")?;
    let token = Token::from_str(text).map_err(|_| anyhow::anyhow!("{text} is no token"))?;
    let message = answer.get_ref();
    Ok(Done {
        spot: Spot {
            service: token.service,
            mission: token.mission.as_str().to_owned(),
            position: token.position,
        },
        token: text.to_owned(),
        name: field(message, "name"),
        revision: revision(message).context("the answer has no etag")?,
        answer: message.encode_to_vec(),
        replayed: metadata.contains_key(REPLAYED),
    })
}

/// The revision that a resource's etag speaks of.
pub fn revision(message: &DynamicMessage) -> Option<i64> {
    field(message, "etag").trim_matches('"').strip_prefix('r')?.parse().ok()
}

pub fn field(message: &DynamicMessage, name: &str) -> String {
    let value = message.get_field_by_name(name);
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Writes down that a service failed inside, where a status says so. What breaks on the way to it
/// is called the same, but has no reason of ours.
pub fn note_failure(history: &History, who: &str, replica: Replica, status: &Status) {
    let (reason, said) = told(status);
    if matches!(status.code(), Code::Internal | Code::Unknown) && !reason.is_empty() {
        history.events().failures.push(Failure { who: who.to_owned(), replica, said });
    }
}

/// The reason of a status, and all that it says.
fn told(status: &Status) -> (String, String) {
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let said = format!("{:?} {reason} {}", status.code(), status.message());
    (reason, said)
}

/// Whether a refusal says that nothing was done, or leaves it open.
fn refusal(status: &Status) -> Outcome {
    let (reason, said) = told(status);
    let open = matches!(
        status.code(),
        Code::Unavailable
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::Unknown
            | Code::Internal
            | Code::ResourceExhausted
    );
    if open || ["CONTENDED", "NOT_CAUGHT_UP"].contains(&reason.as_str()) {
        Outcome::Unknown(said)
    } else {
        Outcome::Refused(said)
    }
}
