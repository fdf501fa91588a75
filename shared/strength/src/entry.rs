//! Entries of the ledger.

use muster_values::Stored;
use time::OffsetDateTime;

use crate::account::Account;

/// So many of a contingent left one account and entered another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// The contingent's name.
    pub contingent: String,
    /// The name of what caused it: a step, a contingent (its naming or a correction) or a movement.
    pub cause: String,
    pub from: Account,
    pub to: Account,
    pub headcount: i32,
    /// When they went, on the ground.
    pub effective_at: OffsetDateTime,
}

/// People who left one account and entered another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub from: Account,
    pub to: Account,
    pub headcount: i32,
    pub effective_at: OffsetDateTime,
}

/// Something by which people change accounts.
pub trait Moves {
    fn transfer(&self) -> Transfer;
}

impl Moves for Transfer {
    fn transfer(&self) -> Transfer {
        *self
    }
}

impl Moves for Entry {
    fn transfer(&self) -> Transfer {
        let Self { from, to, headcount, effective_at, .. } = *self;
        Transfer { from, to, headcount, effective_at }
    }
}

impl<M: Moves> Moves for Stored<M> {
    fn transfer(&self) -> Transfer {
        self.content.transfer()
    }
}

impl Transfer {
    /// How many more people it brings into the accounts that count.
    pub fn effect(&self, counts: impl Fn(Account) -> bool) -> i64 {
        i64::from(self.headcount) * (i64::from(counts(self.to)) - i64::from(counts(self.from)))
    }
}

impl Entry {
    /// How many more people it brings into the accounts that count.
    pub fn effect(&self, counts: impl Fn(Account) -> bool) -> i64 {
        self.transfer().effect(counts)
    }

    /// How many arrived in the mission by it: fewer than none where an arrival was undone.
    pub fn arrived(&self) -> i64 {
        match (self.from, self.to) {
            (Account::InTransit, Account::Present) => self.headcount.into(),
            (Account::Present, Account::InTransit) => -i64::from(self.headcount),
            _ => 0,
        }
    }
}
