//! How many people a mission has: one definition of accounts, the ledger, ceilings, the lines of
//! strength, and of a claim beside them. Both services answer from it.
//!
//! A measure is read from a book: the mandates, the list of pledges, or the ledger. While a book
//! is empty it says nothing; from its first record on, 0 means 0.

pub mod account;
pub mod measure;
pub mod entry;
pub mod ledger;
pub mod mandate;
pub mod ceiling;
pub mod records;
pub mod line;
pub mod claim;
pub mod strength;

#[cfg(test)]
mod tests;

pub use self::account::Account;
pub use self::ceiling::{CeilingExceeded, within_ceiling};
pub use self::claim::{Compared, Reconciliation, Verdict};
pub use self::entry::{Entry, Moves, Transfer};
pub use self::ledger::{Ledger, Negative, Refused, TooLarge};
pub use self::line::Line;
pub use self::mandate::{Mandate, Term, in_force};
pub use self::measure::{Measure, Subject};
pub use self::records::{Claim, Contingent, Movement, Partner, Pledge, Records};
pub use self::strength::{ContingentStrength, Strength};
