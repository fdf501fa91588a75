//! One transaction that writes: the request's key, its effect and its position in the feed.
//!
//! A transaction holds one unit of work or several, each with its own caller, request id and
//! answer. `Database::begin` opens the first: it claims the request id or finds the answer that was
//! given before. `Work::commit` appends the revisions of all units to the mission's history and
//! feed as its last statement, so that positions are dense and in commit order.

mod append;
mod replay;
mod revision;

use prost::Message;
use prost_types::Any;
use sqlx::{PgConnection, Postgres, Row, Transaction};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{
    context::Context, context::Scope, database::Database, fault, resource::Resource,
    status::Reason, status::Refusal, token::Token,
};
use muster_values::name::MissionId;

pub use self::replay::Replay;
use self::revision::Pending;

/// The largest change. A reader of the feed that cannot take a message cannot get past it, so
/// none is ever larger than what every client takes.
const MOST_CHANGE_BYTES: usize = 3 * 1024 * 1024;

/// A change that is committed, as its caller is answered; there is no token where it was only
/// tried.
#[derive(Debug)]
pub struct Committed<R: Resource> {
    pub message: R::Message,
    pub token: Option<Token>,
}

/// Why work did not begin or did not commit.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    #[error("this call was answered before")]
    Replayed(Replay),
    #[error("the request id belongs to another request")]
    RequestIdReused,
    #[error("the call is refused")]
    Refused(Refusal),
    #[error("what changed is too large for the feed")]
    TooLarge,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Why a call has no new answer: it gave one before, or it is refused.
#[derive(Debug)]
pub enum Failure {
    Replayed(Replay),
    Refused(Refusal),
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        Self::Refused(match error {
            WorkError::Replayed(replay) => return Self::Replayed(replay),
            WorkError::RequestIdReused => {
                let rule = "belongs to a call with other content";
                Refusal::new(Reason::RequestIdReused, format!("request_id {rule}"))
                    .violation("request_id", rule)
            }
            WorkError::Refused(refusal) => refusal,
            WorkError::TooLarge => {
                let message = format!("the records would take more than {MOST_CHANGE_BYTES} bytes");
                Refusal::new(Reason::MessageTooLarge, message)
            }
            WorkError::Database(error) => error.into(),
        })
    }
}

/// A transaction of one mission.
#[derive(Debug)]
pub struct Work {
    transaction: Transaction<'static, Postgres>,
    database: Database,
    mission: MissionId,
    now: OffsetDateTime,
    /// The last one is at work.
    units: Vec<Unit>,
    pending: Vec<Pending>,
}

/// What one caller asked for.
#[derive(Debug)]
struct Unit {
    context: Context,
    /// Which of the pending revisions its caller is answered with.
    answer: Option<usize>,
}

/// Where work can go back to, without what was done since.
#[derive(Clone, Copy, Debug)]
struct Savepoint {
    units: usize,
    pending: usize,
}

impl Database {
    /// Begins with one unit of work, or finds the answer that its request id was given before.
    pub async fn begin(&self, context: &Context, mission: &MissionId) -> Result<Work, WorkError> {
        let mut work = self.begin_batch(mission).await?;
        work.next_unit(context).await?;
        fault::point("work.begun", &context.caller.method);
        Ok(work)
    }

    /// Begins without a unit; `Work::attempt` adds those of a batch.
    pub async fn begin_batch(&self, mission: &MissionId) -> Result<Work, sqlx::Error> {
        Ok(Work {
            transaction: self.transaction().await?,
            database: self.clone(),
            mission: mission.clone(),
            now: self.clock.now(),
            units: Vec::new(),
            pending: Vec::new(),
        })
    }
}

impl Work {
    /// Does what one caller of a batch asks for, as a unit with a savepoint of its own. Where it is
    /// refused, or was answered before, it alone is undone, and the others go on.
    pub async fn attempt<T, E: From<WorkError>>(
        &mut self,
        context: &Context,
        ask: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Result<T, E>, WorkError> {
        let savepoint = self.savepoint().await?;
        let done = match self.next_unit(context).await {
            Ok(()) => ask(self).await,
            Err(error) => Err(error.into()),
        };
        if done.is_err() {
            self.roll_back_to(savepoint).await?;
        }
        Ok(done)
    }

    /// Opens another unit in the same transaction; everything from here on is asked for by its
    /// caller.
    async fn next_unit(&mut self, context: &Context) -> Result<(), WorkError> {
        let validate_only = context.validate_only;
        if self.units.first().is_some_and(|unit| unit.context.validate_only != validate_only) {
            let rule = "must be the same for all of a batch";
            let refusal = Refusal::new(Reason::FieldInvalid, format!("validate_only {rule}"));
            return Err(WorkError::Refused(refusal.violation("validate_only", rule)));
        }
        let left = context.deadline.saturating_duration_since(Instant::now()).as_millis();
        // `begin_unit` and `append_change` are functions in shared/service/migrations/0001_feed.sql:
        // a transaction's first statement and its last.
        let row = sqlx::query("select * from begin_unit($1, $2, $3, $4, $5, $6)")
            .bind(i32::try_from(left).unwrap_or(i32::MAX).max(1))
            .bind(self.mission.as_str())
            .bind(context.key_owner())
            .bind(&*context.caller.method)
            .bind(context.request_id)
            .bind(context.fingerprint.as_slice())
            .fetch_one(&mut *self.transaction)
            .await?;
        let held = row.try_get::<Option<Vec<u8>>, _>("held_message")?;
        if let Some(change) = held {
            if row.try_get::<Vec<u8>, _>("held_fingerprint")? != context.fingerprint {
                return Err(WorkError::RequestIdReused);
            }
            // Roles may have been taken away since.
            let scope = context.scope(&self.mission).map_err(WorkError::Refused);
            let reach = row.try_get::<String, _>("held_reach")?;
            if !replay::reaches_as_far(&scope?, &reach) {
                return Err(out_of_reach());
            }
            let token = Token {
                service: self.database.schema.to_owned(),
                mission: self.mission.clone(),
                epoch: row.try_get("held_epoch")?,
                position: row.try_get("held_position")?,
            };
            return Err(WorkError::Replayed(Replay { change, token }));
        }
        self.units.push(Unit { context: context.clone(), answer: None });
        Ok(())
    }

    /// Marks where the work can go back to.
    async fn savepoint(&mut self) -> Result<Savepoint, sqlx::Error> {
        sqlx::query("savepoint unit").execute(&mut *self.transaction).await?;
        Ok(Savepoint { units: self.units.len(), pending: self.pending.len() })
    }

    /// Undoes everything since a savepoint, units that were opened since included.
    async fn roll_back_to(&mut self, savepoint: Savepoint) -> Result<(), sqlx::Error> {
        sqlx::query("rollback to savepoint unit").execute(&mut *self.transaction).await?;
        self.units.truncate(savepoint.units);
        self.pending.truncate(savepoint.pending);
        Ok(())
    }

    pub fn db(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    pub fn mission(&self) -> &MissionId {
        &self.mission
    }

    /// When this transaction is recorded. Where another commit of the mission was recorded later,
    /// appending moves it to then; rows that were written before keep the earlier moment.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// Who asked for what is at work.
    pub fn actor(&self) -> String {
        self.context().caller.principal.subject.as_ref().to_owned()
    }

    /// The revision that the caller of what is at work puts right.
    pub fn corrects(&self) -> Option<i64> {
        self.context().remark.corrects
    }

    /// What the caller of what is at work may touch.
    pub fn scope(&self) -> Result<Scope, Refusal> {
        self.context().scope(&self.mission)
    }

    /// Adds a resource, as it is now, to what this commit changes.
    pub fn changed(&mut self, resource: &impl Resource) {
        let known_at = self.context().remark.known_at;
        let mut pending = Pending::of(self.unit(), resource);
        pending.known_at = known_at;
        self.pending.push(pending);
    }

    /// The same for a resource that changes because the answer does: where that one corrects a
    /// revision, this one corrects its last too.
    pub fn changed_with_the_answer(&mut self, resource: &impl Resource) {
        let corrects = self.context().remark.corrects.map(|_| resource.revision() - 1);
        self.changed(resource);
        if let Some(last) = self.pending.last_mut() {
            last.corrects = corrects;
        }
    }

    /// The same for a resource that follows from what became known at this moment.
    pub fn changed_as_known_at(&mut self, resource: &impl Resource, known_at: OffsetDateTime) {
        self.changed(resource);
        if let Some(last) = self.pending.last_mut() {
            last.known_at = Some(known_at);
        }
    }

    /// Adds that a resource, last of this revision, is no longer there.
    pub fn gone(&mut self, name: String, revision: i64) {
        let mut pending = Pending::gone(self.unit(), name, revision + 1);
        pending.known_at = self.context().remark.known_at;
        self.pending.push(pending);
    }

    /// The same where it is what the caller of the present unit asked for.
    pub fn answer_gone(&mut self, name: String, revision: i64) {
        self.gone(name, revision);
        self.last_is_the_answer();
    }

    /// Adds the resource that the caller of the present unit is answered with.
    pub fn answer(&mut self, resource: &impl Resource) {
        self.changed(resource);
        self.last_is_the_answer();
    }

    fn last_is_the_answer(&mut self) {
        let index = self.pending.len() - 1;
        self.pending[index].corrects = self.context().remark.corrects;
        if let Some(unit) = self.units.last_mut() {
            unit.answer = Some(index);
        }
    }

    /// Commits everything, with the resource that is the answer as the last of the changes. A call
    /// that is only to be tried is undone instead.
    pub async fn commit<R: Resource>(mut self, resource: R) -> Result<Committed<R>, WorkError> {
        self.answer(&resource);
        self.commit_answered().await
    }

    /// The same where the answer is among the changes already.
    pub async fn commit_answered<R: Resource>(self) -> Result<Committed<R>, WorkError> {
        let (mut answers, token) = self.commit_units().await?;
        let value = answers.pop().unwrap_or_default().value;
        let message = R::Message::decode(value.as_slice());
        let message = message.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(Committed { message, token })
    }

    /// The same for a batch: tells what each of its units is answered with, in their order. What a
    /// deletion is answered with is empty.
    pub async fn commit_units(mut self) -> Result<(Vec<Any>, Option<Token>), WorkError> {
        if self.units.is_empty() {
            self.transaction.rollback().await?;
            return Ok((Vec::new(), None));
        }
        let token = self.append().await?;
        let answer = |unit: &Unit| {
            let pending = unit.answer.and_then(|index| self.pending.get(index));
            pending.and_then(Pending::any).unwrap_or_default()
        };
        let answers = self.units.iter().map(answer).collect();
        Ok((answers, self.commit_unless_validating(token).await?))
    }

    async fn commit_unless_validating(self, token: Token) -> Result<Option<Token>, WorkError> {
        if self.context().validate_only {
            self.transaction.rollback().await?;
            return Ok(None);
        }
        self.finish().await?;
        Ok(Some(token))
    }

    /// Commits work that nobody waits for; where nothing changed, the feed tells of nothing. What
    /// is too much for one change is told in several.
    pub async fn commit_without_answer(mut self) -> Result<(), WorkError> {
        let mut all = std::mem::take(&mut self.pending).into_iter().peekable();
        while all.peek().is_some() {
            let mut bytes = 0;
            self.pending.clear();
            while let Some(next) = all.next_if(|next| {
                let first = bytes == 0;
                bytes += next.any().map_or(0, |any| any.value.len());
                first || bytes < MOST_CHANGE_BYTES / 2
            }) {
                self.pending.push(next);
            }
            self.append().await?;
        }
        self.finish().await
    }

    async fn finish(self) -> Result<(), WorkError> {
        let method = self.context().caller.method.clone();
        fault::point("work.before-commit", &method);
        self.transaction.commit().await?;
        fault::point("work.after-commit", &method);
        if !self.pending.is_empty() {
            self.database.commits.tell(&self.mission);
        }
        Ok(())
    }

    /// The unit at work; there always is one.
    fn unit(&self) -> usize {
        self.units.len().saturating_sub(1)
    }

    fn context(&self) -> &Context {
        &self.units[self.unit()].context
    }
}

/// The caller speaks for less of the mission than when the answer was given.
fn out_of_reach() -> WorkError {
    let message = "the caller no longer has the roles that the first call had";
    WorkError::Refused(Refusal::new(Reason::NotAllowed, message))
}

/// What the caller of a unit could touch, where the call may be repeated.
fn reach_of(context: &Context, mission: &MissionId) -> Result<Option<String>, WorkError> {
    if context.request_id.is_none() {
        return Ok(None);
    }
    let scope: Scope = context.scope(mission).map_err(WorkError::Refused)?;
    Ok(Some(replay::reach(&scope)))
}
