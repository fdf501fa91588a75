//! Makes a scenario's calls. Every call can be repeated: its request id comes from its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use muster_service::{Clock, status::Reason, token, wire};
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use prost_types::Timestamp;
use time::OffsetDateTime;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use super::{Call, CallKind, Place, Scenario};
use crate::{client::Client, refusal};

/// Metadata that says an answer was given before.
const REPLAYED: &str = "muster-replayed";

/// Services know a request id for 7 days; a day less, so that none runs out between two calls.
const KEYS_HOLD: time::Duration = time::Duration::days(6);

const CALL_LIMIT: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It changed something.
    Loaded,
    /// It had been made before.
    Known,
}

/// How many calls of each table were new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub tables: Vec<TableSummary>,
    /// What a read must show to be no older than what was loaded.
    pub consistency: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TableSummary {
    pub table: String,
    pub loaded: usize,
    pub known: usize,
    pub steps_loaded: usize,
    pub steps_known: usize,
}

/// A call that was refused; those before it were made.
#[derive(Debug)]
pub struct Stopped {
    pub place: Place,
    pub method: String,
    pub status: Status,
}

/// Loads scenarios into two services.
#[derive(Debug)]
pub struct Loader<'c> {
    client: &'c Client,
    clock: Clock,
    /// The last token of each service: what was written there can be referred to elsewhere.
    tokens: BTreeMap<String, (i64, String)>,
    /// Resources that are older than the services know request ids for.
    old: BTreeSet<String>,
}

impl<'c> Loader<'c> {
    pub fn new(client: &'c Client, clock: Clock) -> Self {
        Self { client, clock, tokens: BTreeMap::new(), old: BTreeSet::new() }
    }

    /// Makes the calls in order, and tells of each; stops at the first that is refused.
    pub async fn load(
        mut self,
        scenario: &Scenario,
        mut tell: impl FnMut(&Call, Outcome) + Send,
    ) -> Result<Summary, Box<Stopped>> {
        let mut summary = Summary::default();
        for call in scenario.calls() {
            let outcome = self.one(call).await.map_err(|status| {
                let (place, method) = (call.place.clone(), call.method.name().to_owned());
                Box::new(Stopped { place, method, status })
            })?;
            summary.count(call, outcome);
            tell(call, outcome);
        }
        summary.consistency = self.consistency();
        Ok(summary)
    }

    async fn one(&mut self, call: &Call) -> Result<Outcome, Status> {
        if matches!(call.kind, CallKind::Step) && self.old.contains(&call.name) {
            return Ok(Outcome::Known);
        }
        let answer = match (self.repeat(&call.method, &call.request).await, &call.kind) {
            (Ok(answer), _) => answer,
            (Err(status), CallKind::Create { get, .. }) if status.code() == Code::AlreadyExists => {
                self.remember_age(get, &call.name).await?;
                return Ok(Outcome::Known);
            }
            (Err(status), _) => return Err(status),
        };
        let replayed = answer.metadata().contains_key(REPLAYED);
        Ok(if replayed { Outcome::Known } else { Outcome::Loaded })
    }

    /// The steps of a resource that is there already are made only while their request ids
    /// protect them from being made twice.
    async fn remember_age(&mut self, get: &MethodDescriptor, name: &str) -> Result<(), Status> {
        let mut request = DynamicMessage::new(get.input());
        request.set_field_by_name("name", Value::String(name.to_owned()));
        let resource = self.repeat(get, &request).await?.into_inner();
        let young = created(&resource).is_some_and(|made| self.clock.now() - made < KEYS_HOLD);
        if !young {
            self.old.insert(name.to_owned());
        }
        Ok(())
    }

    /// Calls until there is an answer that repeating will not change.
    async fn repeat(
        &mut self,
        method: &MethodDescriptor,
        message: &DynamicMessage,
    ) -> Result<Response<DynamicMessage>, Status> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.once(method, message).await {
                Err(status) if matches!(status.code(), Code::Unavailable | Code::Aborted) => {
                    let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
                    tokio::time::sleep(asked.unwrap_or(pause).min(LONGEST_PAUSE)).await;
                    pause *= 2;
                }
                result => return result,
            }
        }
        self.once(method, message).await
    }

    async fn once(
        &mut self,
        method: &MethodDescriptor,
        message: &DynamicMessage,
    ) -> Result<Response<DynamicMessage>, Status> {
        let mut request = Request::new(message.clone());
        request.set_timeout(CALL_LIMIT);
        // Only the reporting service follows the other, and can be behind it.
        let follows = method.parent_service().package_name() == "muster.reporting.v1";
        if let Some(tokens) = self.consistency().parse().ok().filter(|_| follows) {
            request.metadata_mut().insert(token::HEADER, tokens);
        }
        let answer = self.client.call(method, request).await?;
        if let Some(text) =
            answer.metadata().get(token::HEADER).and_then(|value| value.to_str().ok())
            && let Ok(token) = text.parse::<token::Token>()
        {
            let newest = self.tokens.entry(token.service).or_default();
            if newest.0 <= token.position {
                *newest = (token.position, text.to_owned());
            }
        }
        Ok(answer)
    }

    fn consistency(&self) -> String {
        let tokens: Vec<&str> = self.tokens.values().map(|(_, token)| token.as_str()).collect();
        tokens.join(",")
    }
}

impl Summary {
    fn count(&mut self, call: &Call, outcome: Outcome) {
        let known = self.tables.iter().position(|row| row.table == call.table);
        let place = known.unwrap_or(self.tables.len());
        if known.is_none() {
            self.tables.push(TableSummary { table: call.table.clone(), ..TableSummary::default() });
        }
        let row = &mut self.tables[place];
        let count = match (call.creates(), outcome) {
            (true, Outcome::Loaded) => &mut row.loaded,
            (true, Outcome::Known) => &mut row.known,
            (false, Outcome::Loaded) => &mut row.steps_loaded,
            (false, Outcome::Known) => &mut row.steps_known,
        };
        *count += 1;
    }

    /// How many calls changed something.
    pub fn changes(&self) -> usize {
        self.tables.iter().map(|row| row.loaded + row.steps_loaded).sum()
    }
}

fn created(resource: &DynamicMessage) -> Option<OffsetDateTime> {
    let time = resource.get_field_by_name("create_time")?;
    wire::time(time.as_message()?.transcode_to::<Timestamp>().ok()?).ok()
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if refusal::is(&self.status, Reason::RequestIdReused) {
            let place = &self.place;
            return write!(
                f,
                "{place} was loaded before with other content; loading changes nothing"
            );
        }
        write!(f, "{} was refused by {}", self.place, self.method)
    }
}

impl std::error::Error for Stopped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.status)
    }
}
