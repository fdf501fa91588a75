//! A number as its source gave it: with bounds, never as a bare integer.

mod wording;

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a source qualifies its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Qualifier {
    Exactly,
    MoreThan,
    AtLeast,
    LessThan,
    AtMost,
    About,
    Between,
    Unknown,
}

/// A number with inclusive bounds, either of which may be unknown, and the words it came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    at_least: Option<i64>,
    at_most: Option<i64>,
    qualifier: Qualifier,
    as_written: String,
}

/// Why bounds, qualifier and wording make no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("must not be above at_most")]
    Reversed,
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

    pub fn at_least_known(number: i64) -> Self {
        Self::of(Some(number), None, Qualifier::AtLeast)
    }

    /// Nothing is known of the number.
    pub fn unknown() -> Self {
        Self::of(None, None, Qualifier::Unknown)
    }

    /// Between bounds, with the qualifier that fits them.
    pub fn within(at_least: Option<i64>, at_most: Option<i64>) -> Self {
        Self::of(at_least, at_most, fitting(at_least, at_most))
    }

    /// Reads a source's wording, such as "more than 2,500" or "plus de 2 505".
    pub fn read(as_written: &str) -> Option<Self> {
        let (at_least, at_most, qualifier) = wording::read(as_written)?;
        Some(Self { at_least, at_most, qualifier, as_written: as_written.trim().to_owned() })
    }

    /// Completes what a caller gave: the wording alone, the bounds alone, or both in agreement.
    pub fn complete(
        at_least: Option<i64>,
        at_most: Option<i64>,
        qualifier: Option<Qualifier>,
        as_written: &str,
    ) -> Result<Self, Invalid> {
        let as_written = as_written.trim();
        let bare = at_least.is_none() && at_most.is_none() && qualifier.is_none();
        if bare {
            return match as_written {
                "" => Err(Invalid::Empty),
                wording => Self::read(wording).ok_or(Invalid::Wording),
            };
        }
        if at_least.zip(at_most).is_some_and(|(least, most)| most < least) {
            return Err(Invalid::Reversed);
        }
        let qualifier = qualifier.unwrap_or_else(|| fitting(at_least, at_most));
        if !fits(qualifier, at_least, at_most) {
            return Err(Invalid::Qualifier);
        }
        let mut quantity = Self::of(at_least, at_most, qualifier);
        if let Some(read) = Self::read(as_written)
            && !read.allows(&quantity)
        {
            return Err(Invalid::Contradiction);
        }
        if !as_written.is_empty() {
            as_written.clone_into(&mut quantity.as_written);
        }
        Ok(quantity)
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
        quantities.into_iter().try_fold(Self::exactly(0), |sum, next| sum.plus(next))
    }

    /// The same number without its upper bound: what is counted may not be all.
    #[must_use]
    pub fn or_more(&self) -> Self {
        Self::within(self.at_least, None)
    }

    /// Whether both can be true of one number.
    pub fn agrees_with(&self, other: &Self) -> bool {
        !self.is_below(other) && !other.is_below(self)
    }

    /// Whether all it can be is less than all the other can be.
    pub fn is_below(&self, other: &Self) -> bool {
        self.at_most.zip(other.at_least).is_some_and(|(most, least)| most < least)
    }

    /// Whether bounds that a caller gave are those that this wording states.
    fn allows(&self, given: &Self) -> bool {
        match self.qualifier {
            // "about 2,500": the source may give the bounds it means elsewhere.
            Qualifier::About => given.qualifier == Qualifier::About,
            _ => {
                (self.at_least, self.at_most) == (given.at_least, given.at_most)
                    && self.qualifier == given.qualifier
            }
        }
    }

    fn of(at_least: Option<i64>, at_most: Option<i64>, qualifier: Qualifier) -> Self {
        let mut quantity = Self { at_least, at_most, qualifier, as_written: String::new() };
        quantity.as_written = wording::write(&quantity);
        quantity
    }
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

/// The source's words; for a computed number, the words that say its bounds.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.as_written)
    }
}

pub use wording::grouped;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bounds(wording: &str) -> (Option<i64>, Option<i64>) {
        let quantity = Quantity::read(wording).unwrap();
        (quantity.at_least, quantity.at_most)
    }

    #[test]
    fn wordings_of_the_source_keep_their_bounds() {
        assert_eq!(bounds("more than 2,500"), (Some(2501), None));
        assert_eq!(bounds("at least 95,000"), (Some(95000), None));
        assert_eq!(bounds("nearly 95,000"), (None, Some(94999)));
        assert_eq!(bounds("2,505"), (Some(2505), Some(2505)));
        assert_eq!(bounds("Plus de 2 505"), (Some(2506), None));
        assert_eq!(bounds("between 144 and 168"), (Some(144), Some(168)));
        assert_eq!(bounds("about 1.4 million"), (None, None));
        assert_eq!(bounds("up to 80 percent"), (None, Some(80)));
        assert!(Quantity::read("many").is_none());
        assert!(Quantity::read("most of").is_none());
    }

    #[test]
    fn a_wording_that_contradicts_its_bounds_is_refused() {
        let complete = |least, most, words| Quantity::complete(least, most, None, words);
        assert_eq!(complete(Some(2500), None, "more than 2,500"), Err(Invalid::Contradiction));
        assert_eq!(complete(Some(2), Some(1), ""), Err(Invalid::Reversed));
        assert_eq!(complete(None, None, ""), Err(Invalid::Empty));
        assert_eq!(complete(None, None, "a lot"), Err(Invalid::Wording));
        let most = complete(Some(51), None, "most of").unwrap();
        assert_eq!((most.at_least(), most.as_written()), (Some(51), "most of"));
    }

    #[test]
    fn claims_conflict_only_where_no_number_fits_both() {
        let read = |words| Quantity::read(words).unwrap();
        assert!(read("more than 2,500").agrees_with(&read("2,505")));
        assert!(!read("at least 95,000").agrees_with(&read("nearly 95,000")));
        assert!(!read("200").agrees_with(&read("400")));
    }

    #[test]
    fn a_sum_that_overflows_is_refused() {
        let most = Quantity::exactly(i64::MAX);
        assert_eq!(most.plus(&Quantity::exactly(1)), Err(Overflow));
    }

    fn quantity() -> impl Strategy<Value = Quantity> {
        (proptest::option::of(0..1_000_000i64), proptest::option::of(0..1_000_000i64)).prop_map(
            |(least, width)| match (least, width) {
                (Some(least), Some(width)) => Quantity::within(Some(least), Some(least + width)),
                (least, most) => Quantity::within(least, most),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(quantity in quantity()) {
            prop_assume!(quantity.qualifier() != Qualifier::Unknown);
            prop_assert_eq!(Quantity::read(quantity.as_written()), Some(quantity));
        }

        #[test]
        fn a_sum_contains_every_sum_of_its_parts(a in quantity(), b in quantity()) {
            let sum = a.plus(&b).unwrap();
            for (x, y) in [(a.at_least(), b.at_least()), (a.at_most(), b.at_most())] {
                if let Some((x, y)) = x.zip(y) {
                    prop_assert!(sum.agrees_with(&Quantity::exactly(x + y)));
                }
            }
            prop_assert_eq!(sum.at_most().is_none(), a.at_most().is_none() || b.at_most().is_none());
        }

        #[test]
        fn agreement_is_mutual(a in quantity(), b in quantity()) {
            prop_assert_eq!(a.agrees_with(&b), b.agrees_with(&a));
            prop_assert!(a.agrees_with(&a));
        }

        #[test]
        fn no_wording_makes_the_reader_panic(words in ".{0,40}") {
            let _ = Quantity::read(&words);
        }
    }
}
