//! The ledger of people, as this service keeps it.

use muster_strength::{self as strength, Moves, Transfer};
use muster_values::{Collected, Stored};
use time::OffsetDateTime;

use super::mandate::{Mandate, in_force};

pub use muster_strength::{Account, CeilingExceeded, Ledger, Negative, Refused, TooLarge};

/// One line of the ledger: so many of a contingent left one account and entered another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub from: Account,
    pub to: Account,
    pub headcount: i32,
    pub effective_at: OffsetDateTime,
    /// The name of what caused it: a step, a contingent (its naming or a correction) or a movement.
    pub cause: String,
    pub note: String,
    pub actor: String,
}

impl Collected for Entry {
    const COLLECTION: &'static str = "contingents/headcountEntries";
}

impl Moves for Entry {
    fn transfer(&self) -> Transfer {
        let Self { from, to, headcount, effective_at, .. } = *self;
        Transfer { from, to, headcount, effective_at }
    }
}

/// Refuses people who would lift those present above the ceiling of the mandate in force, at their
/// arrival or at any later arrival that is known.
pub fn within_ceiling(
    mandates: &[Stored<Mandate>],
    changes: &[(OffsetDateTime, i64)],
    at: OffsetDateTime,
    arriving: i64,
) -> Result<(), CeilingExceeded> {
    let ceiling = |moment| in_force(mandates, moment).and_then(|found| found.personnel_ceiling);
    strength::within_ceiling(ceiling, changes, at, arriving)
}

#[cfg(test)]
pub mod tests {
    use time::macros::datetime;

    use super::*;

    pub fn ledger(entries: &[(Account, Account, i32)]) -> Ledger {
        let effective_at = datetime!(2024-06-01 0:00 UTC);
        let transfer = |(from, to, headcount): &(Account, Account, i32)| {
            let (from, to, headcount) = (*from, *to, *headcount);
            Transfer { from, to, headcount, effective_at }
        };
        Ledger::new(entries.iter().map(transfer))
    }
}
