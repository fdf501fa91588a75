//! Makes a scenario's calls. Every call can be repeated: its request id comes from its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use muster_service::{status::Reason, token};
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use super::{
    Call, Location, Scenario,
    compare::FieldDifference,
    history::{self, Revision},
};
use crate::{client::Client, refusal, words};

/// Metadata that says an answer was given before.
const REPLAYED: &str = "muster-replayed";

const CALL_LIMIT: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It changed something.
    Loaded,
    /// It had been made before.
    Known,
    /// What is there is not what the file says; it is left as it is.
    Different(Vec<FieldDifference>),
}

/// How many calls of each table were new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub tables: Vec<TableSummary>,
    /// Where what is there is not what the file says.
    pub differences: Vec<Difference>,
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
    pub different: usize,
}

/// A resource, or a step of one, that is there with other content than the file's.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub name: String,
    /// Where the file asks for it.
    pub place: String,
    /// Empty where a step cannot be read back field by field.
    pub fields: Vec<FieldDifference>,
}

/// A call that was refused; those before it were made.
#[derive(Debug)]
pub struct Stopped {
    pub place: Location,
    pub method: String,
    pub status: Status,
}

/// Chooses who makes a call, by its method and by the id of the partner whose own its resource is.
type Choose<'c> = dyn Fn(&MethodDescriptor, Option<&str>) -> &'c Client + Send + 'c;

/// Loads scenarios into two services.
pub struct Loader<'c> {
    caller: Box<Choose<'c>>,
    /// Whose own the resource of the call is that is being made.
    partner: Option<String>,
    /// The last token of each service: what was written there can be referred to elsewhere.
    tokens: BTreeMap<String, (i64, String)>,
    /// Resources that were there before; which of their steps were made, their history says.
    there: BTreeSet<String>,
}

impl<'c> Loader<'c> {
    /// Makes every call as one caller.
    pub fn new(client: &'c Client) -> Self {
        Self::with(move |_, _| client)
    }

    /// Makes each call as the caller that is chosen for its method and for the id of the partner
    /// whose own its resource is.
    pub fn with(
        caller: impl Fn(&MethodDescriptor, Option<&str>) -> &'c Client + Send + 'c,
    ) -> Self {
        let caller = Box::new(caller);
        Self { caller, partner: None, tokens: BTreeMap::new(), there: BTreeSet::new() }
    }

    /// Makes the calls in order, and tells of each; stops at the first that is refused. What is
    /// there already is compared and left as it is.
    pub async fn load(
        mut self,
        scenario: &Scenario,
        mut tell: impl FnMut(&Call) + Send,
    ) -> Result<Summary, Box<Stopped>> {
        let mut summary = Summary::default();
        for call in scenario.calls() {
            let outcome = self.one(scenario, call).await.map_err(|status| {
                let (place, method) = (call.place.clone(), call.method.name().to_owned());
                Box::new(Stopped { place, method, status })
            })?;
            summary.count(call, outcome);
            tell(call);
        }
        summary.consistency = self.consistency();
        Ok(summary)
    }

    async fn one(&mut self, scenario: &Scenario, call: &Call) -> Result<Outcome, Status> {
        let target = call.target();
        self.partner = scenario.partner_of(call).map(str::to_owned);
        if !call.creates() && self.there.contains(&call.name) {
            let history = self.history(&call.method, &target).await?;
            if let Some(made) = history.iter().find(|made| made.request_id == call.request_id()) {
                return Ok(compared(made.of_step(call)));
            }
        }
        match self.repeat(&call.method, &call.request).await {
            Ok(answer) if !answer.metadata().contains_key(REPLAYED) => return Ok(Outcome::Loaded),
            Ok(_) => {}
            Err(status) if refusal::is(&status, Reason::RequestIdReused) => {
                if !call.creates() {
                    return Ok(Outcome::Different(Vec::new()));
                }
            }
            Err(status) if call.creates() && status.code() == Code::AlreadyExists => {}
            Err(status) => return Err(status),
        }
        if !call.creates() {
            return Ok(Outcome::Known);
        }
        self.there.insert(call.name.clone());
        let history = self.history(&call.method, &target).await?;
        Ok(compared(history::of_creation(&history, scenario, call)))
    }

    /// Every revision of a resource, whoever made it.
    async fn history(
        &mut self,
        method: &MethodDescriptor,
        name: &str,
    ) -> Result<Vec<Revision>, Status> {
        let list = history::method(method)
            .ok_or_else(|| Status::unimplemented(format!("{} has no history", method.name())))?;
        let (mut revisions, mut page) = (Vec::new(), String::new());
        loop {
            let request = history::request(&list, name, &page);
            let answer = self.repeat(&list, &request).await?.into_inner();
            page = history::read(&answer, &mut revisions);
            if page.is_empty() {
                return Ok(revisions);
            }
        }
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
        let caller = (self.caller)(method, self.partner.as_deref());
        let answer = caller.call(method, request).await?;
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
        let count = match (call.creates(), &outcome) {
            (true, Outcome::Loaded) => &mut row.loaded,
            (true, Outcome::Known) => &mut row.known,
            (false, Outcome::Loaded) => &mut row.steps_loaded,
            (false, Outcome::Known) => &mut row.steps_known,
            (_, Outcome::Different(_)) => &mut row.different,
        };
        *count += 1;
        if let Outcome::Different(fields) = outcome {
            let place = call.place.to_string();
            self.differences.push(Difference { name: call.target(), place, fields });
        }
    }

    /// How many calls changed something.
    pub fn changes(&self) -> usize {
        self.tables.iter().map(|row| row.loaded + row.steps_loaded).sum()
    }
}

fn compared(fields: Vec<FieldDifference>) -> Outcome {
    if fields.is_empty() { Outcome::Known } else { Outcome::Different(fields) }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, place, fields } = self;
        let name = words::short(name);
        let step = if place.contains("steps[") { format!(" ({place})") } else { String::new() };
        write!(f, "{name}{step} differs from the file:")?;
        match fields.as_slice() {
            [] => f.write_str(" it was loaded before with other content"),
            [one] => write!(f, " {one}"),
            many => many.iter().try_for_each(|field| write!(f, "\n  {field}")),
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused by {}", self.place, self.method)
    }
}

impl std::error::Error for Stopped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.status)
    }
}
