//! What authorises a mission, as far as numbers go.

use muster_values::Quantity;
use time::{Date, OffsetDateTime};

/// A mandate with what it says of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    pub name: String,
    pub adopted_on: Date,
    /// Inclusive.
    pub starts_at: OffsetDateTime,
    /// Exclusive.
    pub ends_at: OffsetDateTime,
    /// `None` where the instrument sets none.
    pub personnel_ceiling: Option<i32>,
    pub planned_strength: Option<Quantity>,
}

/// When a mandate is in force, and what tells it from others that began at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term<'m> {
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub adopted_on: Date,
    /// Its name or its id.
    pub name: &'m str,
}

impl Term<'_> {
    pub fn holds(&self, at: OffsetDateTime) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

impl Mandate {
    pub fn term(&self) -> Term<'_> {
        let Self { starts_at, ends_at, adopted_on, .. } = *self;
        Term { starts_at, ends_at, adopted_on, name: &self.name }
    }
}

/// The mandate in force: the one that began last, where several are; of several that began at
/// once, the one adopted last, then the last by name.
pub fn in_force<'m, M>(
    mandates: impl IntoIterator<Item = &'m M>,
    at: OffsetDateTime,
    term: impl Fn(&'m M) -> Term<'m>,
) -> Option<&'m M> {
    let terms = mandates.into_iter().map(|mandate| (term(mandate), mandate));
    let newest = |(term, _): &(Term<'m>, &M)| (term.starts_at, term.adopted_on, term.name);
    let newest = terms.filter(|(term, _)| term.holds(at)).max_by_key(newest);
    newest.map(|(_, mandate)| mandate)
}
