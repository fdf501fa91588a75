//! A mission's strength at a moment.

use std::collections::BTreeMap;

use muster_values::quantity::Overflow;
use time::OffsetDateTime;

use crate::{
    account::Account,
    claim::Reconciliation,
    entry::{Moves, Transfer},
    ledger::balance,
    line::Line,
    measure::{Measure, Subject},
    records::Records,
};

/// How many people a mission has at a moment, by what was known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Nothing was known from which strength could be made; then there is nothing else in it.
    pub nothing_known: bool,
    /// Of the whole mission, in the order of the measures; a measure of which nothing is recorded
    /// has none.
    pub lines: Vec<Line>,
    pub contingents: Vec<ContingentStrength>,
    /// By the claims' names.
    pub reconciliations: Vec<Reconciliation>,
    /// The name of the one in force.
    pub mandate: Option<String>,
    pub ceiling_breached: bool,
}

/// Where the people of one contingent are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContingentStrength {
    pub contingent: String,
    pub partner: String,
    /// Accounts that are not empty.
    pub balances: Vec<(Account, i64)>,
}

impl Records {
    pub fn strength(&self, at: OffsetDateTime) -> Result<Strength, Overflow> {
        let mandate = self.mandate_in_force(at);
        let ceiling = mandate.and_then(|mandate| mandate.personnel_ceiling);
        let by_then = self.entries.iter().filter(|entry| entry.effective_at <= at);
        let present: i64 = by_then.map(|entry| entry.effect(Account::is_present)).sum();
        let compared = self.compared(at)?;
        let mut reconciliations: Vec<Reconciliation> =
            compared.into_iter().flat_map(|compared| compared.claims).collect();
        reconciliations.sort_by(|one, other| one.claim.cmp(&other.claim));
        Ok(Strength {
            nothing_known: self.is_empty(),
            lines: self.lines(at)?,
            contingents: self.balances(at),
            reconciliations,
            mandate: mandate.map(|mandate| mandate.name.clone()),
            ceiling_breached: ceiling.is_some_and(|ceiling| i64::from(ceiling) < present),
        })
    }

    /// Every measure of the whole mission that the records speak of.
    pub fn lines(&self, at: OffsetDateTime) -> Result<Vec<Line>, Overflow> {
        let line = |measure: &Measure| self.line(*measure, &Subject::Mission, at).transpose();
        Measure::ALL.iter().filter_map(line).collect()
    }

    fn balances(&self, at: OffsetDateTime) -> Vec<ContingentStrength> {
        let mut entries: BTreeMap<&str, Vec<Transfer>> = BTreeMap::new();
        for entry in &self.entries {
            entries.entry(&entry.contingent).or_default().push(entry.transfer());
        }
        let balances = |contingent: &str| {
            let entries = entries.get(contingent).map_or(&[][..], Vec::as_slice);
            let held = |account: &Account| (*account, balance(entries, *account, Some(at)));
            let inside = Account::ALL.iter().filter(|account| **account != Account::Outside);
            inside.map(held).filter(|(_, people)| *people != 0).collect()
        };
        let strength = |one: &crate::records::Contingent| ContingentStrength {
            contingent: one.name.clone(),
            partner: one.partner.clone(),
            balances: balances(&one.name),
        };
        self.contingents.iter().map(strength).collect()
    }
}
