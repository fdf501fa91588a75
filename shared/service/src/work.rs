//! One unit of work: key, effect and feed in one transaction.
//!
//! `Database::begin` claims the caller's request id or finds the answer that was given before;
//! `Work::commit` appends what changed to the mission's feed as the last statement, so that
//! positions are dense and in commit order.

mod kept;

use futures::future::BoxFuture;
use muster_proto::common::v1::{Change, ResourceChange};
use prost::{Message, Name};
use prost_types::Any;
use sqlx::{PgConnection, Postgres, Row, Transaction};
use time::OffsetDateTime;
use tokio::time::Instant;
use tonic::{Response, Status};
use uuid::Uuid;

use crate::{
    call::{Answer, Context, Failure, Scope},
    database::Database,
    fault,
    name::MissionId,
    status::{Reason, Refusal},
    token::Token,
    wire,
};

/// Metadata that says an answer was given before.
const REPLAYED: &str = "muster-replayed";

/// The largest change. A reader of the feed that cannot take a message cannot get past it, so
/// none is ever larger than what every client takes.
const MOST_CHANGE_BYTES: usize = 3 * 1024 * 1024;

/// Something with a name that changes, and that the feed tells of.
pub trait Resource {
    /// The message that Get answers with.
    type Message: Message + Name + Default;

    fn resource_name(&self) -> String;

    /// 1 when created, then one more with each change.
    fn revision(&self) -> i64;

    fn pack(&self) -> Self::Message;
}

/// A change that is committed: the resource, and the token of its place in the feed.
#[derive(Debug)]
pub struct Done<R> {
    pub resource: R,
    pub token: Token,
}

/// Why work did not begin or did not commit.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    #[error("this call was answered before")]
    Replayed(Replay),
    #[error("the request id belongs to another request")]
    RequestIdReused,
    #[error("the caller may not see what was answered before")]
    NotAllowed(Refusal),
    #[error("what changed is too large for the feed")]
    TooLarge,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// The answer that a call with the same request id was given.
#[derive(Debug)]
pub struct Replay {
    response: Vec<u8>,
    token: Token,
}

impl Replay {
    pub fn answer<M: Message + Default>(&self) -> Answer<M> {
        let message = M::decode(self.response.as_slice())
            .map_err(|error| Status::from(crate::status::internal(&error)))?;
        let mut response = self.token.attach(Response::new(message));
        response.metadata_mut().insert(REPLAYED, tonic::metadata::MetadataValue::from_static("1"));
        Ok(response)
    }
}

impl From<Halt> for Failure {
    fn from(halt: Halt) -> Self {
        Self::Refused(match halt {
            Halt::Replayed(replay) => return Self::Replayed(replay),
            Halt::RequestIdReused => {
                let rule = "belongs to a call with other content";
                Refusal::new(Reason::RequestIdReused, format!("request_id {rule}"))
                    .violation("request_id", rule)
            }
            Halt::NotAllowed(refusal) => refusal,
            Halt::TooLarge => {
                let message = format!("the records would take more than {MOST_CHANGE_BYTES} bytes");
                Refusal::new(Reason::MessageTooLarge, message)
            }
            Halt::Database(error) => error.into(),
        })
    }
}

/// A transaction of one call on one mission.
#[derive(Debug)]
pub struct Work {
    transaction: Transaction<'static, Postgres>,
    database: Database,
    context: Context,
    mission: MissionId,
    now: OffsetDateTime,
    changes: Vec<ResourceChange>,
}

impl Database {
    /// Begins a unit of work, or halts with the answer that its request id was given before.
    pub async fn begin(&self, context: &Context, mission: &MissionId) -> Result<Work, Halt> {
        let mut transaction = self.transaction().await?;
        let left = context.deadline.saturating_duration_since(Instant::now()).as_millis();
        let row = sqlx::query(self.schema.begin_work)
            .bind(i32::try_from(left).unwrap_or(i32::MAX).max(1))
            .bind(context.key_owner())
            .bind(&*context.caller.method)
            .bind(context.request_id)
            .bind(context.fingerprint.as_slice())
            .fetch_one(&mut *transaction)
            .await?;
        let held = row.try_get::<Option<Vec<u8>>, _>("held_response")?;
        if let Some(held) = held.filter(|_| !fault::mutated("no-key")) {
            if row.try_get::<Vec<u8>, _>("held_fingerprint")? != context.fingerprint {
                return Err(Halt::RequestIdReused);
            }
            // Roles may have been taken away since.
            let scope = if fault::mutated("replay-without-authorisation") {
                Scope::All
            } else {
                context.scope(mission).map_err(Halt::NotAllowed)?
            };
            let response = kept::take(&held, &scope).ok_or_else(out_of_reach)?.to_vec();
            let token = Token {
                service: self.schema.name.to_owned(),
                mission: MissionId::known(row.try_get::<String, _>("held_mission")?),
                epoch: row.try_get("held_epoch")?,
                position: row.try_get("held_position")?,
            };
            return Err(Halt::Replayed(Replay { response, token }));
        }
        let mut work = Work {
            transaction,
            database: self.clone(),
            context: context.clone(),
            mission: mission.clone(),
            now: self.clock.now(),
            changes: Vec::new(),
        };
        if fault::mutated("key-in-own-transaction") {
            work.split().await?;
        }
        fault::point("work.begun", &context.caller.method);
        Ok(work)
    }
}

impl Work {
    pub fn db(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    pub fn mission(&self) -> &MissionId {
        &self.mission
    }

    /// When everything in this unit of work is recorded.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Who asked for it.
    pub fn actor(&self) -> String {
        self.context.caller.principal.subject.as_ref().to_owned()
    }

    /// Adds a resource, as it is now, to what the feed will tell of this commit.
    pub fn changed(&mut self, resource: &impl Resource) {
        self.changes.push(change(resource));
    }

    /// Adds that a resource, last of this revision, is no longer there.
    pub fn gone(&mut self, name: String, revision: i64) {
        self.changes.push(ResourceChange { name, revision: revision + 1, resource: None });
    }

    /// Commits what was done so far and goes on in another transaction, for mutations that take
    /// the safety of one transaction away.
    pub fn split(&mut self) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        Box::pin(async {
            let next = self.database.transaction().await?;
            std::mem::replace(&mut self.transaction, next).commit().await
        })
    }

    /// Commits everything, with the resource that is the answer as the last of the changes.
    pub async fn commit<R: Resource>(mut self, resource: R) -> Result<Done<R>, Halt> {
        self.changed(&resource);
        let scope = self.context.request_id.map(|_| self.context.scope(&self.mission));
        let scope = scope.transpose().map_err(Halt::NotAllowed)?;
        let response = scope.map(|scope| kept::keep(&scope, &resource.pack().encode_to_vec()));
        let token = self.finish(response).await?;
        Ok(Done { resource, token })
    }

    /// Commits work that nobody waits for; where nothing changed, the feed tells of nothing. What
    /// is too much for one change is told in several.
    pub async fn settle(mut self) -> Result<(), Halt> {
        let mut told = std::mem::take(&mut self.changes).into_iter().peekable();
        let mut moved = false;
        while told.peek().is_some() {
            let mut bytes = 0;
            while let Some(change) = told.next_if(|change| {
                let first = bytes == 0;
                bytes += change.encoded_len();
                first || bytes < MOST_CHANGE_BYTES / 2
            }) {
                self.changes.push(change);
            }
            self.append(None).await?;
            moved = true;
        }
        fault::point("work.before-commit", &self.context.caller.method);
        self.transaction.commit().await?;
        fault::point("work.after-commit", &self.context.caller.method);
        if moved {
            self.database.commits.tell(&self.mission);
        }
        Ok(())
    }

    /// Appends what changed to the feed, and commits.
    async fn finish(mut self, response: Option<Vec<u8>>) -> Result<Token, Halt> {
        let token = self.append(response).await?;
        fault::point("work.before-commit", &self.context.caller.method);
        self.transaction.commit().await?;
        fault::point("work.after-commit", &self.context.caller.method);
        self.database.commits.tell(&token.mission);
        Ok(token)
    }

    /// Appends what changed to the feed.
    async fn append(&mut self, response: Option<Vec<u8>>) -> Result<Token, Halt> {
        let payload = Change {
            mission: self.mission.name(),
            record_time: Some(wire::timestamp(self.now)),
            actor: self.actor(),
            resources: std::mem::take(&mut self.changes),
            ..Change::default()
        };
        if MOST_CHANGE_BYTES < payload.encoded_len() {
            return Err(Halt::TooLarge);
        }
        if fault::mutated("commit-before-append") {
            self.split().await?;
        }
        fault::point("work.before-append", &self.context.caller.method);
        let row = sqlx::query(self.database.schema.finish_work)
            .bind(self.mission.as_str())
            .bind(self.now)
            .bind(payload.encode_to_vec())
            .bind(self.context.key_owner())
            .bind(&*self.context.caller.method)
            .bind(self.context.request_id)
            .bind(response)
            .fetch_one(&mut *self.transaction)
            .await?;
        Ok(Token {
            service: self.database.schema.name.to_owned(),
            mission: self.mission.clone(),
            epoch: row.try_get::<Uuid, _>("new_epoch")?,
            position: row.try_get("new_position")?,
        })
    }
}

/// The caller speaks for less of the mission than when the answer was given.
fn out_of_reach() -> Halt {
    let message = "the caller no longer has the roles that the first call had";
    Halt::NotAllowed(Refusal::new(Reason::NotAllowed, message))
}

/// A resource as the feed tells of it.
pub fn change(resource: &impl Resource) -> ResourceChange {
    ResourceChange {
        name: resource.resource_name(),
        revision: resource.revision(),
        resource: Some(any(&resource.pack())),
    }
}

fn any<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// The etag of a revision.
pub fn etag(revision: i64) -> String {
    format!("\"r{revision}\"")
}

/// Refuses a caller that decided on another revision than the present one.
pub fn check_etag(sent: &str, name: &str, revision: i64) -> Result<(), Refusal> {
    if sent.is_empty() || sent == etag(revision) || fault::mutated("no-version-guard") {
        return Ok(());
    }
    let message = format!("{name} has changed since; read it and decide again");
    Err(Refusal::new(Reason::EtagMismatch, message).with("etag", etag(revision)))
}

/// Refuses a name that is taken.
pub fn already_exists(name: &str) -> Refusal {
    Refusal::new(Reason::AlreadyExists, format!("{name} exists already")).with("name", name)
}

/// Refuses a name that leads to nothing.
pub fn not_found(name: &str) -> Refusal {
    Refusal::new(Reason::NotFound, format!("there is no {name}")).with("name", name)
}

/// Refuses a reference that leads to nothing.
pub fn unknown_reference(field: &str, name: &str) -> Refusal {
    Refusal::new(Reason::ReferenceUnknown, format!("{field} names {name}, which does not exist"))
        .with("field", field)
        .with("name", name)
}
