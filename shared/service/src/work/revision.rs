//! The next revision of a resource, until its commit gives it a time.

use muster_proto::{Recorded, common::v1::ResourceChange};
use prost::{Message, Name};
use prost_types::Any;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    context::Context,
    resource::{Key, Resource},
    wire,
};

/// A revision that a commit will tell of.
pub struct Pending {
    /// Which unit of the work it belongs to.
    pub unit: usize,
    pub name: String,
    pub key: Key,
    pub revision: i64,
    /// `None` where from now on there is no such resource.
    content: Option<Box<dyn AnyMessage>>,
    /// When it became known; `None` for when it is recorded.
    pub known_at: Option<OffsetDateTime>,
    /// The revision that it corrects.
    pub corrects: Option<i64>,
}

/// A revision as it is stored: its message, and the digest that the feed is chained by.
pub struct SealedRevision {
    pub message: Vec<u8>,
    pub salt: [u8; 16],
    pub digest: [u8; 32],
}

/// The message of a resource of any kind.
trait AnyMessage: Send + Sync {
    fn record(&mut self, at: OffsetDateTime, first: bool);
    fn any(&self) -> Any;
}

impl<M: Message + Name + Recorded> AnyMessage for M {
    fn record(&mut self, at: OffsetDateTime, first: bool) {
        Recorded::record(self, wire::timestamp(at), first);
    }

    fn any(&self) -> Any {
        Any { type_url: M::type_url(), value: self.encode_to_vec() }
    }
}

impl Pending {
    pub fn of(unit: usize, resource: &impl Resource) -> Self {
        let name = resource.resource_name();
        let content: Box<dyn AnyMessage> = Box::new(resource.pack());
        let key = Key::of(&name);
        let revision = resource.revision();
        Self { unit, key, name, revision, content: Some(content), known_at: None, corrects: None }
    }

    /// From this revision on there is no resource of this name.
    pub fn gone(unit: usize, name: String, revision: i64) -> Self {
        Self {
            unit,
            key: Key::of(&name),
            name,
            revision,
            content: None,
            known_at: None,
            corrects: None,
        }
    }

    pub fn is_present(&self) -> bool {
        self.content.is_some()
    }

    /// The resource's message, as its Get answers with it.
    pub fn any(&self) -> Option<Any> {
        self.content.as_ref().map(|content| content.any())
    }

    /// When it became known, where it is recorded at this moment: never later. A caller's clock may
    /// be ahead of ours.
    pub fn known_by(&self, now: OffsetDateTime) -> OffsetDateTime {
        self.known_at.map_or(now, |at| at.min(now))
    }

    /// Stamps the revision with the moment at which it is recorded, and encodes it.
    pub fn seal(&mut self, context: &Context, now: OffsetDateTime) -> SealedRevision {
        if let Some(content) = &mut self.content {
            content.record(now, self.revision == 1);
        }
        let message = ResourceChange {
            name: self.name.clone(),
            revision: self.revision,
            resource: self.any(),
            known_time: Some(wire::timestamp(self.known_by(now))),
            record_time: Some(wire::timestamp(now)),
            actor: context.caller.principal.subject.as_ref().to_owned(),
            request_id: context.request_id.map(|id| id.to_string()).unwrap_or_default(),
            reason: context.remark.reason.clone(),
            corrects_revision: self.corrects.unwrap_or_default(),
            ..ResourceChange::default()
        }
        .encode_to_vec();
        // Without the salt nobody can find out by trying what an erased revision said.
        let salt = *Uuid::new_v4().as_bytes();
        let digest = Sha256::new().chain_update(salt).chain_update(&message).finalize().into();
        SealedRevision { message, salt, digest }
    }
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at revision {}", self.name, self.revision)
    }
}
