//! What a record says, with its identity and its times.

use std::ops::{Deref, DerefMut};

use time::OffsetDateTime;

use crate::{Id, MissionId, Place};

/// The collection that records of a content are in, as it stands in names: `pledges`, or
/// `contingents/readinessChecks` for what belongs to a contingent.
pub trait Collected {
    const COLLECTION: &'static str;
}

/// A record as it is now. It reads like its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored<C> {
    pub mission: MissionId,
    pub outer: Option<Id>,
    pub id: Id,
    pub content: C,
    /// 1 when created, then one more with each change.
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

impl<C> Stored<C> {
    /// A record that begins at a moment.
    pub fn new(place: Place, content: C, now: OffsetDateTime) -> Self {
        let Place { mission, outer, id } = place;
        Self { mission, outer, id, content, revision: 1, created_at: now, updated_at: now }
    }

    pub fn place(&self) -> Place {
        Place { mission: self.mission.clone(), outer: self.outer.clone(), id: self.id.clone() }
    }

    /// The place of what it is a part of; of a record that is none, its own.
    pub fn outer_place(&self) -> Place {
        let outer = self.outer.clone().unwrap_or_else(|| self.id.clone());
        Place::new(self.mission.clone(), outer)
    }

    /// Goes one revision further.
    pub fn next_revision(&mut self, now: OffsetDateTime) {
        self.revision += 1;
        self.updated_at = now;
    }
}

impl<C: Collected> Stored<C> {
    pub fn name(&self) -> String {
        self.place().name(C::COLLECTION)
    }
}

impl<C> Deref for Stored<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.content
    }
}

impl<C> DerefMut for Stored<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.content
    }
}
