//! The parts of a number of people by sex and age, and the whole that they make up.

use muster_values::{Quantity, words};

words! {
    /// A person's sex, where it is known.
    pub enum Sex {
        Female = "female",
        Male = "male",
    }
}

words! {
    /// A person's age, where it is known; a child is under 18.
    pub enum AgeBand {
        Adult = "adult",
        Child = "child",
    }
}

/// Those of one sex, of one age, or of both; where neither is given, those of whom neither is known.
#[derive(Clone, Copy, Debug)]
pub struct Part<'q> {
    pub sex: Option<Sex>,
    pub age_band: Option<AgeBand>,
    pub quantity: &'q Quantity,
}

/// Why parts are not those of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The part at this place speaks of the same people as an earlier one.
    Twice(usize),
    /// Parts that have nobody in common are together more than the whole.
    Exceed,
}

/// Refuses parts that cannot all be true of one whole. Those by sex and those by age are two
/// breakdowns of it, each of which may make it up.
pub fn check(whole: Option<&Quantity>, parts: &[Part]) -> Result<(), Wrong> {
    let same = |one: &Part, other: &Part| (one.sex, one.age_band) == (other.sex, other.age_band);
    for (place, part) in parts.iter().enumerate() {
        if parts[..place].iter().any(|earlier| same(earlier, part)) {
            return Err(Wrong::Twice(place));
        }
    }
    let Some(most) = whole.and_then(Quantity::at_most) else { return Ok(()) };
    let exceeds = |set: &Vec<&Part>| i128::from(most) < least(set);
    if apart(parts).iter().any(exceeds) { Err(Wrong::Exceed) } else { Ok(()) }
}

/// What the parts say of a whole that nobody gave: at least the most that any parts without people
/// in common add up to; at most those of both sexes or of all ages where they are given, or else
/// all parts added up.
pub fn whole(parts: &[Part]) -> Quantity {
    if let [one] = parts {
        return one.quantity.clone();
    }
    let sets = apart(parts);
    let known = parts.iter().any(|part| part.quantity.at_least().is_some());
    let at_least = sets.iter().map(least).max().filter(|_| known);
    let all: Vec<&Part> = parts.iter().collect();
    let covering = sets.iter().filter(|set| covers(set)).chain([&all]);
    let at_most = covering.filter_map(most).min();
    let number = |number: Option<i128>| number.and_then(|number| i64::try_from(number).ok());
    Quantity::within(number(at_least), number(at_most))
}

/// Every set of parts of which no two have anybody in common; there are at most nine parts.
fn apart<'p, 'q>(parts: &'p [Part<'q>]) -> Vec<Vec<&'p Part<'q>>> {
    let mut sets: Vec<Vec<&Part>> = vec![Vec::new()];
    for part in parts {
        let with = sets.iter().filter(|set| set.iter().all(|other| are_apart(part, other)));
        let with: Vec<Vec<&Part>> =
            with.map(|set| set.iter().copied().chain([part]).collect()).collect();
        sets.extend(with);
    }
    sets
}

fn are_apart(one: &Part, other: &Part) -> bool {
    fn differ<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.zip(other).is_some_and(|(one, other)| one != other)
    }
    let rest = |part: &Part| part.sex.is_none() && part.age_band.is_none();
    rest(one) || rest(other) || differ(one.sex, other.sex) || differ(one.age_band, other.age_band)
}

/// Whether parts are both sexes, or all ages.
fn covers(set: &[&Part]) -> bool {
    let has = |sex, age_band| set.iter().any(|part| (part.sex, part.age_band) == (sex, age_band));
    has(Some(Sex::Female), None) && has(Some(Sex::Male), None)
        || has(None, Some(AgeBand::Adult)) && has(None, Some(AgeBand::Child))
}

fn least(set: &Vec<&Part>) -> i128 {
    set.iter().map(|part| i128::from(part.quantity.at_least().unwrap_or(0))).sum()
}

fn most(set: &Vec<&Part>) -> Option<i128> {
    set.iter().map(|part| part.quantity.at_most().map(i128::from)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(sex: Option<Sex>, age_band: Option<AgeBand>, quantity: &Quantity) -> Part<'_> {
        Part { sex, age_band, quantity }
    }

    const WOMEN: Option<Sex> = Some(Sex::Female);
    const MEN: Option<Sex> = Some(Sex::Male);
    const ADULTS: Option<AgeBand> = Some(AgeBand::Adult);
    const CHILDREN: Option<AgeBand> = Some(AgeBand::Child);

    #[test]
    fn parts_are_not_more_than_the_whole() {
        let (three, five) = (Quantity::exactly(3), Quantity::exactly(5));
        let women = [part(WOMEN, None, &five)];
        assert_eq!(check(Some(&three), &women), Err(Wrong::Exceed));
        assert_eq!(check(Some(&Quantity::within(Some(3), None)), &women), Ok(()));
        let two = Quantity::exactly(2);
        let disjoint = [part(WOMEN, ADULTS, &two), part(None, CHILDREN, &two)];
        assert_eq!(check(Some(&three), &disjoint), Err(Wrong::Exceed));
        let overlapping = [part(WOMEN, None, &two), part(None, CHILDREN, &two)];
        assert_eq!(check(Some(&three), &overlapping), Ok(()), "two girls and a man");
    }

    #[test]
    fn sexes_and_ages_are_two_breakdowns_of_one_whole() {
        let (one, two) = (Quantity::exactly(1), Quantity::exactly(2));
        let parts = [
            part(WOMEN, None, &one),
            part(MEN, None, &two),
            part(None, ADULTS, &two),
            part(None, CHILDREN, &one),
        ];
        let three = Quantity::exactly(3);
        assert_eq!(check(Some(&three), &parts), Ok(()));
        assert_eq!(whole(&parts), three);
        assert_eq!(check(None, &[parts[0], parts[0]]), Err(Wrong::Twice(1)));
    }

    #[test]
    fn parts_that_overlap_leave_the_whole_open() {
        let (two, three) = (Quantity::exactly(2), Quantity::exactly(3));
        let parts = [part(WOMEN, None, &two), part(None, CHILDREN, &three)];
        assert_eq!(whole(&parts), Quantity::within(Some(3), Some(5)));
        assert_eq!(
            whole(&[part(WOMEN, ADULTS, &two), part(None, CHILDREN, &three)]),
            Quantity::exactly(5)
        );
    }
}
