//! The double-entry ledger of people.

use muster_values::date::moment;
use time::OffsetDateTime;

use crate::{
    account::Account,
    entry::{Moves, Transfer},
};

/// An account that would fall below zero.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{account} has {available} people at {time}; {asked} cannot leave it", time = moment(*at))]
pub struct Negative {
    pub account: Account,
    pub available: i64,
    pub asked: i64,
    pub at: OffsetDateTime,
}

/// More people in a contingent than one headcount can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a contingent has at most {} people; it would have {people}", i32::MAX)]
pub struct TooLarge {
    pub people: i64,
}

/// Why an entry is not added to a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Negative(#[from] Negative),
    #[error(transparent)]
    Large(#[from] TooLarge),
}

/// The entries of one contingent.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Vec<Transfer>,
}

impl Ledger {
    pub fn new(entries: impl IntoIterator<Item: Moves>) -> Self {
        Self { entries: entries.into_iter().map(|entry| entry.transfer()).collect() }
    }

    /// Refuses a ledger in which an account is below zero at any moment.
    pub fn check(&self) -> Result<(), Negative> {
        for at in self.entries.iter().map(|entry| entry.effective_at) {
            for account in Account::ALL.iter().filter(|account| **account != Account::Outside) {
                let balance = self.balance(*account, Some(at));
                if balance < 0 {
                    let asked = -balance;
                    return Err(Negative { account: *account, available: 0, asked, at });
                }
            }
        }
        Ok(())
    }

    /// How many an account holds at a moment; `None` for after everything recorded.
    pub fn balance(&self, account: Account, at: Option<OffsetDateTime>) -> i64 {
        balance(&self.entries, account, at)
    }

    /// Adds an entry, unless an account would be below zero at any moment from then on, or the
    /// contingent too large: a step may move all its people by one entry.
    pub fn post(&mut self, entry: &impl Moves) -> Result<(), Refused> {
        let entry = entry.transfer();
        let asked = i64::from(entry.headcount);
        if entry.from == Account::Outside {
            let people = asked - self.balance(Account::Outside, None);
            if i64::from(i32::MAX) < people {
                return Err(TooLarge { people }.into());
            }
        }
        if entry.from != Account::Outside {
            let later = self.entries.iter().map(|entry| entry.effective_at);
            let moments = later.filter(|at| entry.effective_at < *at).chain([entry.effective_at]);
            let lowest = moments.map(|at| (self.balance(entry.from, Some(at)), at)).min();
            if let Some((available, at)) = lowest.filter(|(available, _)| *available < asked) {
                return Err(Negative { account: entry.from, available, asked, at }.into());
            }
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// How many an account holds by these entries at a moment; `None` for after all of them.
pub fn balance<'e>(
    entries: impl IntoIterator<Item = &'e Transfer>,
    account: Account,
    at: Option<OffsetDateTime>,
) -> i64 {
    let counted = |entry: &&Transfer| at.is_none_or(|at| entry.effective_at <= at);
    let entries = entries.into_iter().filter(counted);
    entries.map(|entry| entry.effect(|moved| moved == account)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::{Duration, macros::datetime};

    use super::*;

    const START: OffsetDateTime = datetime!(2024-06-01 0:00 UTC);

    fn entry(from: Account, to: Account, headcount: i32, effective_at: OffsetDateTime) -> Transfer {
        Transfer { from, to, headcount, effective_at }
    }

    #[test]
    fn nobody_leaves_an_account_that_is_empty_then_or_later() {
        let mut ledger = Ledger::new([entry(Account::Outside, Account::Ready, 400, START)]);
        let late = START + Duration::DAY * 2;
        ledger.post(&entry(Account::Ready, Account::InTransit, 300, late)).unwrap();
        let early = entry(Account::Ready, Account::Outside, 200, START + Duration::DAY);
        let account = Account::Ready;
        let negative = Negative { account, available: 100, asked: 200, at: late };
        let said = "ready has 100 people at 2024-06-03T00:00:00Z; 200 cannot leave it";
        assert_eq!(negative.to_string(), said);
        assert_eq!(ledger.post(&early), Err(Refused::Negative(negative)));
    }

    #[test]
    fn nobody_enters_a_contingent_that_no_headcount_can_tell() {
        let mut ledger = Ledger::new([entry(Account::Outside, Account::Pledged, i32::MAX, START)]);
        let one = || entry(Account::Outside, Account::Training, 1, START);
        let people = i64::from(i32::MAX) + 1;
        assert_eq!(ledger.post(&one()), Err(Refused::Large(TooLarge { people })));
        ledger.post(&entry(Account::Pledged, Account::Outside, 1, START)).unwrap();
        ledger.post(&one()).unwrap();
    }

    proptest! {
        #[test]
        fn totals_conserve_and_nothing_is_ever_negative(
            moves in proptest::collection::vec((0usize..12, 0usize..12, 1i32..300, 0i64..50), 1..60)
        ) {
            let mut ledger = Ledger::default();
            for (from, to, headcount, hour) in moves {
                let (from, to) = (Account::ALL[from], Account::ALL[to]);
                if from != to {
                    let at = START + Duration::HOUR * i32::try_from(hour).unwrap();
                    let _ = ledger.post(&entry(from, to, headcount, at));
                }
            }
            for hour in 0..50 {
                let at = Some(START + Duration::HOUR * hour);
                let balances: Vec<i64> =
                    Account::ALL.iter().map(|account| ledger.balance(*account, at)).collect();
                prop_assert_eq!(balances.iter().sum::<i64>(), 0);
                prop_assert!(balances[1..].iter().all(|balance| 0 <= *balance));
            }
        }
    }
}
