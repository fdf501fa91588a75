//! A number as its source gave it: with bounds, never as a bare integer.

mod counted;
mod vocabulary;
mod wording;

use std::{fmt, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use self::wording::Stated;

/// What a source's number can be; sums may be more.
const LIMITS: RangeInclusive<i64> = 0..=1_000_000_000_000;

crate::words! {
    /// How a source qualifies its number.
    pub enum Qualifier {
        Exactly = "exactly",
        MoreThan = "more_than",
        AtLeast = "at_least",
        LessThan = "less_than",
        AtMost = "at_most",
        About = "about",
        Between = "between",
        Unknown = "unknown",
    }
}

/// What a number counts, which decides what words may stand around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    People,
    /// Of a kind that is counted, or the people that they happened to.
    Incidents,
    Percent,
}

/// A number with inclusive bounds, either of which may be unknown, and the words of its source, empty
/// where it has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<i64>,
    qualifier: Qualifier,
    as_written: String,
}

/// Why bounds, qualifier and wording make no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("must not be above at_most")]
    Reversed,
    /// The field that leaves the limits.
    #[error("must be between 0 and 1,000,000,000,000")]
    Limits(&'static str),
    #[error("does not fit the bounds")]
    Qualifier,
    #[error("is no number with a qualifier that is known here; give bounds and qualifier")]
    Wording,
    #[error("says something else than the bounds and the qualifier")]
    Contradiction,
    #[error("must say something: a wording, a bound or the qualifier UNKNOWN")]
    Empty,
}

/// A sum that leaves the range of a 64-bit integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sum leaves the range of a 64-bit integer")]
pub struct Overflow;

impl Quantity {
    pub fn exactly(number: i64) -> Self {
        Self::of(Some(number), Some(number), Qualifier::Exactly)
    }

    /// Nothing is known of the number.
    pub fn unknown() -> Self {
        Self::of(None, None, Qualifier::Unknown)
    }

    /// Between bounds, with the qualifier that fits them.
    pub fn within(at_least: Option<i64>, at_most: Option<i64>) -> Self {
        Self::of(at_least, at_most, fitting(at_least, at_most))
    }

    /// A number that was completed before and is kept by its parts; `None` where they do not fit
    /// each other. Its wording is not read again: another version may have read more of it.
    pub fn kept(
        (at_least, at_most): (Option<i64>, Option<i64>),
        qualifier: Qualifier,
        as_written: String,
    ) -> Option<Self> {
        let fits = !is_reversed(at_least, at_most) && fits(qualifier, at_least, at_most);
        fits.then_some(Self { at_least, at_most, qualifier, as_written })
    }

    /// Reads a source's wording for a number of people, such as "more than 2,500" or "plus de 2
    /// 505".
    pub fn read(as_written: &str) -> Option<Self> {
        Self::complete(None, None, None, as_written).ok()
    }

    /// Completes what a caller gave of people: what is missing comes from the wording, and what was
    /// given must agree with it.
    pub fn complete(
        at_least: Option<i64>,
        at_most: Option<i64>,
        qualifier: Option<Qualifier>,
        as_written: &str,
    ) -> Result<Self, Invalid> {
        Self::complete_of(Unit::People, (at_least, at_most), qualifier, as_written)
    }

    /// The same for a number that counts this unit.
    pub fn complete_of(
        unit: Unit,
        (at_least, at_most): (Option<i64>, Option<i64>),
        qualifier: Option<Qualifier>,
        as_written: &str,
    ) -> Result<Self, Invalid> {
        ordered_within_limits(at_least, at_most)?;
        match wording::read(as_written, unit) {
            Some(stated) => Self::stated(stated, at_least, at_most, qualifier),
            None => Self::unread(at_least, at_most, qualifier, as_written.trim()),
        }
        .map(|quantity| quantity.in_words(as_written.trim()))
    }

    fn stated(
        stated: Stated,
        at_least: Option<i64>,
        at_most: Option<i64>,
        qualifier: Option<Qualifier>,
    ) -> Result<Self, Invalid> {
        if !stated.is_within_limits() {
            return Err(Invalid::Limits("as_written"));
        }
        let same = qualifier.is_none_or(|qualifier| qualifier == stated.qualifier());
        if !same || !stated.allows(at_least, at_most) {
            return Err(Invalid::Contradiction);
        }
        let (least, most) = stated.bounds();
        Ok(Self::of(at_least.or(least), at_most.or(most), stated.qualifier()))
    }

    /// Completes what stands beside a wording that is absent or not understood.
    fn unread(
        at_least: Option<i64>,
        at_most: Option<i64>,
        qualifier: Option<Qualifier>,
        as_written: &str,
    ) -> Result<Self, Invalid> {
        if at_least.or(at_most).is_none() {
            match (qualifier, as_written) {
                // "about" says something only of a number or of words.
                (None | Some(Qualifier::About), "") => return Err(Invalid::Empty),
                (None, _) => return Err(Invalid::Wording),
                _ => {}
            }
        }
        let qualifier = qualifier.unwrap_or_else(|| fitting(at_least, at_most));
        let fits = fits(qualifier, at_least, at_most);
        fits.then(|| Self::of(at_least, at_most, qualifier)).ok_or(Invalid::Qualifier)
    }

    pub fn at_least(&self) -> Option<i64> {
        self.at_least
    }

    pub fn at_most(&self) -> Option<i64> {
        self.at_most
    }

    pub fn qualifier(&self) -> Qualifier {
        self.qualifier
    }

    /// The source's own words; empty where it has none, as for a sum.
    pub fn as_written(&self) -> &str {
        &self.as_written
    }

    /// Adds two intervals; a side that is unknown in either is unknown in the sum.
    pub fn plus(&self, other: &Self) -> Result<Self, Overflow> {
        let side = |a: Option<i64>, b: Option<i64>| match a.zip(b) {
            Some((a, b)) => a.checked_add(b).map(Some).ok_or(Overflow),
            None => Ok(None),
        };
        // A number of people is never negative, so an unknown lower bound is 0 in a sum.
        let least = match (self.at_least, other.at_least) {
            (None, None) => None,
            (a, b) => side(Some(a.unwrap_or(0)), Some(b.unwrap_or(0)))?,
        };
        Ok(Self::within(least, side(self.at_most, other.at_most)?))
    }

    /// The interval sum of many; 0 for none.
    pub fn sum<'q>(quantities: impl IntoIterator<Item = &'q Self>) -> Result<Self, Overflow> {
        let mut quantities = quantities.into_iter();
        // One alone keeps the words of its source.
        let Some(first) = quantities.next() else { return Ok(Self::exactly(0)) };
        quantities.try_fold(first.clone(), |sum, next| sum.plus(next))
    }

    /// The same number without its upper bound: what is counted may not be all.
    #[must_use]
    pub fn or_more(&self) -> Self {
        match (self.at_least, self.at_most) {
            // It has none: the words of its source say so already.
            (Some(_), None) => self.clone(),
            (at_least, _) => Self::within(at_least, None),
        }
    }

    /// Whether both can be true of one number. "About 800" is read as 750 to 849 for this, by the
    /// rule that half of what the last digit stands for is meant.
    pub fn agrees_with(&self, other: &Self) -> bool {
        !self.is_below(other) && !other.is_below(self)
    }

    /// The bounds by which the number is compared: its own, or for "about" without any those that
    /// the reading rule gives its words.
    pub fn reading(&self) -> (Option<i64>, Option<i64>) {
        let bounds = (self.at_least, self.at_most);
        if self.qualifier != Qualifier::About || bounds != (None, None) {
            return bounds;
        }
        let units = [Unit::People, Unit::Incidents, Unit::Percent];
        let stated = units.iter().find_map(|unit| wording::read(&self.as_written, *unit));
        stated.map_or(bounds, Stated::reading)
    }

    /// The same as a quantity; `None` where the number is compared by its own bounds.
    pub fn read_as(&self) -> Option<Self> {
        let (at_least, at_most) = self.reading();
        let own = (at_least, at_most) == (self.at_least, self.at_most);
        (!own).then(|| Self::within(at_least, at_most))
    }

    /// Whether all it can be is less than all the other can be, both as they are read.
    pub fn is_below(&self, other: &Self) -> bool {
        let ((_, most), (least, _)) = (self.reading(), other.reading());
        most.zip(least).is_some_and(|(most, least)| most < least)
    }

    fn of(at_least: Option<i64>, at_most: Option<i64>, qualifier: Qualifier) -> Self {
        Self { at_least, at_most, qualifier, as_written: String::new() }
    }

    fn in_words(mut self, as_written: &str) -> Self {
        as_written.clone_into(&mut self.as_written);
        self
    }
}

fn ordered_within_limits(at_least: Option<i64>, at_most: Option<i64>) -> Result<(), Invalid> {
    for (field, bound) in [("at_least", at_least), ("at_most", at_most)] {
        if bound.is_some_and(|bound| !LIMITS.contains(&bound)) {
            return Err(Invalid::Limits(field));
        }
    }
    if is_reversed(at_least, at_most) { Err(Invalid::Reversed) } else { Ok(()) }
}

fn is_reversed(at_least: Option<i64>, at_most: Option<i64>) -> bool {
    at_least.zip(at_most).is_some_and(|(least, most)| most < least)
}

fn fitting(at_least: Option<i64>, at_most: Option<i64>) -> Qualifier {
    match (at_least, at_most) {
        (Some(least), Some(most)) if least == most => Qualifier::Exactly,
        (Some(_), Some(_)) => Qualifier::Between,
        (Some(_), None) => Qualifier::AtLeast,
        (None, Some(_)) => Qualifier::AtMost,
        (None, None) => Qualifier::Unknown,
    }
}

fn fits(qualifier: Qualifier, at_least: Option<i64>, at_most: Option<i64>) -> bool {
    match qualifier {
        Qualifier::Exactly => at_least.is_some() && at_least == at_most,
        Qualifier::MoreThan => at_least.is_some_and(|least| 0 < least) && at_most.is_none(),
        Qualifier::AtLeast => at_least.is_some() && at_most.is_none(),
        Qualifier::LessThan | Qualifier::AtMost => at_least.is_none() && at_most.is_some(),
        Qualifier::Between => at_least.is_some() && at_most.is_some(),
        Qualifier::About => true,
        Qualifier::Unknown => at_least.is_none() && at_most.is_none(),
    }
}

/// The source's words; where it has none, words that say the bounds.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_written.as_str() {
            "" => f.write_str(&wording::write(self)),
            words => f.write_str(words),
        }
    }
}

pub use wording::grouped;

#[cfg(test)]
mod tests;
