//! Something with a name that changes, and what is refused alike for all of them.

use muster_proto::{Identified, Recorded};
use muster_values::{Collected, MissionId, Place, Stored, name};
use prost::{Message, Name};

use crate::{
    field::{AtField, FieldViolation},
    status::{Reason, Refusal},
    wire::timestamp,
};

/// Something with a name that changes. Each of its revisions is kept, and told by the feed.
pub trait Resource {
    /// The message that Get answers with.
    type Message: Message + Name + Default + Recorded + 'static;

    fn resource_name(&self) -> String;

    /// 1 when created, then one more with each change.
    fn revision(&self) -> i64;

    fn pack(&self) -> Self::Message;
}

/// What a resource says besides its name, etag and times, and how that stands in its message.
pub trait Content: Collected + Sized {
    type Message: Message + Name + Default + Clone + Recorded + Identified + 'static;

    /// Reads what callers give. Fields that only the service sets are not read from the message: they
    /// are as in a new record, and `Record::prepare` takes them over from the one before.
    fn unpack(message: Self::Message, mission: &MissionId) -> Result<Self, FieldViolation>;

    /// The message without name, etag and times, which `Resource::pack` puts in.
    fn pack(stored: &Stored<Self>) -> Self::Message;

    /// Settles what only the service sets in the message of an earlier revision that is corrected.
    /// The message has it as that revision had it; what does not follow from the corrected content
    /// as it did from what `was` there is taken out.
    fn settle_corrected(_message: &mut Self::Message, _corrected: &Self, _was: &Self) {}
}

impl<C: Content> Resource for Stored<C> {
    type Message = C::Message;

    fn resource_name(&self) -> String {
        self.name()
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> C::Message {
        let mut message = C::pack(self);
        let (created, updated) = (timestamp(self.created_at), timestamp(self.updated_at));
        message.identify(self.resource_name(), etag(self.revision), created, updated);
        message
    }
}

/// Where a resource is kept: its collection, `contingents/readinessChecks`, and the ids in its
/// name, `ken-1/medical`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub collection: String,
    pub key: String,
}

impl Key {
    /// The key of a name that is known to be well formed; `missions/m` itself is in the collection
    /// `missions`.
    pub fn of(name: &str) -> Self {
        let parts: Vec<&str> = name.split('/').collect();
        let inside = if parts.len() <= 2 { &parts[..] } else { &parts[2..] };
        let every_second = |first: usize| -> String {
            let parts: Vec<&str> = inside.iter().skip(first).step_by(2).copied().collect();
            parts.join("/")
        };
        Self { collection: every_second(0), key: every_second(1) }
    }
}

/// Reads the field `name`: the place of a record.
pub fn place<C: Collected>(name: &str) -> Result<Place, FieldViolation> {
    name::place(name, C::COLLECTION).at("name")
}

/// The etag of a revision.
pub fn etag(revision: i64) -> String {
    format!("\"r{revision}\"")
}

/// Refuses a caller that decided on another revision than the present one.
pub fn check_etag(sent: &str, name: &str, revision: i64) -> Result<(), Refusal> {
    if sent.is_empty() || sent == etag(revision) {
        return Ok(());
    }
    let message = format!("{name} has changed since; read it and decide again");
    Err(Refusal::new(Reason::EtagMismatch, message).with("etag", etag(revision)))
}

/// Refuses a name that is taken.
pub fn already_exists(name: &str) -> Refusal {
    Refusal::new(Reason::AlreadyExists, format!("{name} exists already")).with("name", name)
}

/// Refuses a change that another call was faster than.
pub fn contended() -> Refusal {
    Refusal::new(Reason::Contended, "another call holds the same resource; repeat the call")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_collections_and_the_ids_of_a_name() {
        let key = |name: &str| {
            let Key { collection, key } = Key::of(name);
            (collection, key)
        };
        let of = |collection: &str, key: &str| (collection.to_owned(), key.to_owned());
        assert_eq!(key("missions/m"), of("missions", "m"));
        assert_eq!(key("missions/m/pledges/ken"), of("pledges", "ken"));
        assert_eq!(
            key("missions/m/contingents/ken-1/readinessChecks/medical"),
            of("contingents/readinessChecks", "ken-1/medical")
        );
    }
}
