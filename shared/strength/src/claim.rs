//! Claims beside the records.

use std::{cmp::Reverse, collections::BTreeMap};

use muster_values::{Quantity, quantity::Overflow};
use time::{Date, OffsetDateTime};

use crate::{
    line::Line,
    measure::{Measure, Subject},
    records::{Claim, Records},
};

/// Claims of one measure, subject and day, beside what the records say of the end of that day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    pub measure: Measure,
    pub subject: Subject,
    pub day: Date,
    /// `None` where the records say nothing.
    pub line: Option<Line>,
    pub claims: Vec<Reconciliation>,
}

/// A claim beside the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// Its name.
    pub claim: String,
    pub claimed: Quantity,
    pub recorded: Option<Quantity>,
    pub verdict: Verdict,
    /// Other claims of the same measure, subject and day that cannot be true with it.
    pub conflicting: Vec<String>,
}

/// How a claim and the records fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both can be true.
    Agrees,
    /// The claim is above all that the records allow.
    ClaimHigher,
    /// The claim is below all that the records allow.
    ClaimLower,
    /// The records say nothing of it.
    NotRecorded,
    /// The claim sets no bounds, and its words give none to compare it by.
    NotComparable,
}

impl Verdict {
    fn of(claimed: &Quantity, recorded: Option<&Quantity>) -> Self {
        match recorded {
            None => Self::NotRecorded,
            _ if claimed.reading() == (None, None) => Self::NotComparable,
            Some(recorded) if recorded.is_below(claimed) => Self::ClaimHigher,
            Some(recorded) if claimed.is_below(recorded) => Self::ClaimLower,
            Some(_) => Self::Agrees,
        }
    }

    /// The claim and the records cannot both be true.
    pub fn refutes(self) -> bool {
        matches!(self, Self::ClaimHigher | Self::ClaimLower)
    }
}

impl Records {
    /// The claims about days up to the one of a moment: the newest day first, and of one day those
    /// who came before those who were to come.
    pub fn compared(&self, at: OffsetDateTime) -> Result<Vec<Compared>, Overflow> {
        type Cell<'r> = (Reverse<Date>, Reverse<Measure>, &'r Subject);
        let today = self.zone.day(at);
        let mut cells: BTreeMap<Cell, Vec<&Claim>> = BTreeMap::new();
        for claim in self.claims.iter().filter(|claim| claim.as_of <= today) {
            let cell = (Reverse(claim.as_of), Reverse(claim.measure), &claim.subject);
            cells.entry(cell).or_default().push(claim);
        }
        let compared =
            |((Reverse(day), Reverse(measure), subject), claims): (Cell, Vec<&Claim>)| {
                let line = self.line(measure, subject, self.zone.end(day))?;
                let claims = reconciled(&claims, line.as_ref());
                Ok(Compared { measure, subject: Subject::clone(subject), day, line, claims })
            };
        cells.into_iter().map(compared).collect()
    }
}

fn reconciled(claims: &[&Claim], line: Option<&Line>) -> Vec<Reconciliation> {
    let recorded = line.map(|line| &line.quantity);
    let rivals = |claim: &Claim| -> Vec<String> {
        let rivals = claims.iter().filter(|other| !other.quantity.agrees_with(&claim.quantity));
        rivals.map(|other| other.name.clone()).collect()
    };
    let reconcile = |claim: &&Claim| Reconciliation {
        claim: claim.name.clone(),
        claimed: claim.quantity.clone(),
        recorded: recorded.cloned(),
        verdict: Verdict::of(&claim.quantity, recorded),
        conflicting: rivals(claim),
    };
    claims.iter().map(reconcile).collect()
}
