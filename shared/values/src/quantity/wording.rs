//! The words in which sources give numbers, in English, French, Haitian, Spanish and Swahili.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{
    LIMITS, Qualifier, Quantity, Unit, counted,
    vocabulary::{AFTER, BEFORE, SCALES, TELLING},
};

/// A number as a wording states it; `low` and `high` differ only in "between 144 and 168".
#[derive(Clone, Copy)]
pub struct Stated {
    qualifier: Qualifier,
    low: i64,
    high: i64,
    /// What the last digit that is not 0 stands for: 100 in "800".
    step: i64,
}

const DIGITS: &str = r"[0-9]+(?:[,.' ][0-9]+)*";
/// What says that the number is a share.
const PERCENT: &str = r"(?: ?%| per ?cent\b| pour ?cent\b| pou san\b| por ?ciento\b)";
/// What was counted, before the number as Swahili has it: "watu zaidi ya 2,500".
const LEAD: &str = r"(?<lead>watu |askari |polisi |wanawake |watoto )?";
const TAIL: &str = r"(?<tail>(?:[ ,;(-]+[\p{L}']+\)?)*\.?)";

static ONE: LazyLock<Regex> = LazyLock::new(|| {
    let (number, before, after) = (number_pattern("low"), any(BEFORE), any(AFTER));
    pattern(&format!(r"^{LEAD}(?:(?<before>{before}) )?{number}(?: ?(?<after>{after}))?{TAIL}$"))
});

static TWO: LazyLock<Regex> = LazyLock::new(|| {
    let [between, low, high] = ["between", "low", "high"].map(number_pattern);
    // Without "between", the "and" of "12 and 14" joins two numbers rather than two bounds.
    let between = format!("(?:between|entre|ant|kati ya) {between} ?(?:and|et|ak|y|na|to|à|a|-|–)");
    let from = format!("(?:(?:from|de) )?{low} ?(?:to|à|-|–)");
    pattern(&format!("^{LEAD}(?:{between}|{from}) ?{high}{TAIL}$"))
});

fn number_pattern(name: &str) -> String {
    let scales = any(SCALES);
    format!(
        r"(?<{name}>{DIGITS})(?: ?(?<{name}_scale>{scales})\b(?: (?<{name}_rest>[0-9]{{1,3}})\b)?)?(?<{name}_percent>{PERCENT})?"
    )
}

fn any<T>(table: &[(&str, T)]) -> String {
    table.iter().map(|(words, _)| regex::escape(words)).collect::<Vec<_>>().join("|")
}

#[expect(clippy::unwrap_used, reason = "the patterns are constants and a test reads them")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

impl Stated {
    pub fn qualifier(self) -> Qualifier {
        self.qualifier
    }

    pub fn bounds(self) -> (Option<i64>, Option<i64>) {
        match self.qualifier {
            Qualifier::Exactly | Qualifier::Between => (Some(self.low), Some(self.high)),
            Qualifier::MoreThan => (Some(self.low.saturating_add(1)), None),
            Qualifier::AtLeast => (Some(self.low), None),
            Qualifier::LessThan => (None, Some(self.high.saturating_sub(1))),
            Qualifier::AtMost => (None, Some(self.high)),
            Qualifier::About | Qualifier::Unknown => (None, None),
        }
    }

    pub fn is_within_limits(self) -> bool {
        let (least, most) = self.bounds();
        // The number near which the true one lies is held to the limits in place of bounds.
        let near = (self.qualifier == Qualifier::About).then_some(self.low);
        [least, most, near].into_iter().flatten().all(|number| LIMITS.contains(&number))
    }

    /// The bounds that "about" is read with where numbers are compared: half of what the last digit
    /// that is not 0 stands for, so that "about 800" is 750 to 849. A rule of reading, not what the
    /// source says.
    pub fn reading(self) -> (Option<i64>, Option<i64>) {
        if self.qualifier != Qualifier::About {
            return self.bounds();
        }
        let half = self.step / 2;
        let above = (self.step - 1) / 2;
        (Some((self.low - half).max(0)), Some(self.low.saturating_add(above)))
    }

    /// Whether bounds that a caller gave, one or both, are those that the wording states.
    pub fn allows(self, at_least: Option<i64>, at_most: Option<i64>) -> bool {
        if self.qualifier == Qualifier::About {
            // "about 2,500": the source may say elsewhere how near it means.
            return at_least.is_none_or(|least| least <= self.low)
                && at_most.is_none_or(|most| self.high <= most);
        }
        let (least, most) = self.bounds();
        (at_least.is_none() || at_least == least) && (at_most.is_none() || at_most == most)
    }
}

/// Signs and words that stand for a wording of the tables.
static SPELLED: LazyLock<[(Regex, &str); 6]> = LazyLock::new(|| {
    [
        (pattern("^(?:≥|>=) ?"), "at least "),
        (pattern("^(?:≤|<=) ?"), "at most "),
        (pattern("^> ?"), "more than "),
        (pattern("^< ?"), "less than "),
        (pattern("^[~≈] ?"), "about "),
        (
            pattern(
                r"\b(?:half an?|un demi|medio|yon demi)[ -](?<scale>million|millón|milyon|billion|milliard|dozen|thousand)\b",
            ),
            "0.5 $scale",
        ),
    ]
});

/// Reads what a wording states of this unit; `None` where any of its words may mean what is not known here.
pub fn read(wording: &str, unit: Unit) -> Option<Stated> {
    let words: Vec<&str> = wording.split_whitespace().collect();
    let mut wording = words.join(" ").to_lowercase().replace('’', "'");
    for (sign, words) in SPELLED.iter() {
        wording = sign.replace(&wording, *words).into_owned();
    }
    match TWO.captures(&wording) {
        Some(found) => range(&found, unit),
        None => single(&ONE.captures(&wording)?, unit),
    }
}

fn single(found: &Captures<'_>, unit: Unit) -> Option<Stated> {
    let qualifier = match (meaning(found, "before", BEFORE), meaning(found, "after", AFTER)) {
        (Some(_), Some(_)) => return None,
        (before, after) => before.or(after).unwrap_or(Qualifier::Exactly),
    };
    let number = Number::find(found, "low")?;
    let (value, step) = (number.value()?, number.step());
    is_of(unit, found).then_some(Stated { qualifier, low: value, high: value, step })
}

fn range(found: &Captures<'_>, unit: Unit) -> Option<Stated> {
    let low = Number::find(found, "between").or_else(|| Number::find(found, "low"))?;
    let high = Number::find(found, "high")?;
    // "2 to 3 million" begins at two million.
    let low = Number { scale: low.scale.or(high.scale), ..low }.value()?;
    let high = high.value()?;
    let holds = low <= high && is_of(unit, found);
    holds.then_some(Stated { qualifier: Qualifier::Between, low, high, step: 1 })
}

fn meaning<T: Copy>(found: &Captures<'_>, name: &str, table: &[(&str, T)]) -> Option<T> {
    let words = found.name(name)?.as_str();
    table.iter().find(|(known, _)| *known == words).map(|(_, meaning)| *meaning)
}

/// Whether the words around the number say that it counts this unit, and nothing else of it.
fn is_of(unit: Unit, found: &Captures<'_>) -> bool {
    let percent = ["low", "between", "high"]
        .iter()
        .any(|end| found.name(&format!("{end}_percent")).is_some());
    let tail = found.name("tail").map_or("", |tail| tail.as_str());
    let mut words = tail.split(|letter: char| !letter.is_alphabetic()).filter(|w| !w.is_empty());
    match unit {
        Unit::Percent if percent => words.all(|word| {
            let telling = TELLING.split_ascii_whitespace().any(|telling| telling == word);
            !telling && SCALES.iter().all(|(scale, _)| *scale != word)
        }),
        Unit::Percent => words.next().is_none() && found.name("lead").is_none(),
        Unit::People | Unit::Incidents => !percent && counted::name(words, unit),
    }
}

#[derive(Clone, Copy)]
struct Number<'w> {
    digits: &'w str,
    scale: Option<i128>,
    /// The 87 of "14 mille 87".
    rest: i64,
}

impl<'w> Number<'w> {
    fn find(found: &Captures<'w>, name: &str) -> Option<Self> {
        let part = |of: &str| found.name(&format!("{name}{of}")).map(|part| part.as_str());
        let rest = match part("_rest") {
            // Only French writes a number so; after any other scale it is a number of its own.
            Some(rest) => {
                part("_scale").filter(|scale| *scale == "mille").and(rest.parse().ok())?
            }
            None => 0,
        };
        let scale = meaning(found, &format!("{name}_scale"), SCALES);
        Some(Self { digits: part("")?, scale, rest })
    }

    /// A number too large for any integer is as large as one can be, so that it is not taken for
    /// words; `None` where it is not whole or its digits are grouped as no number's are.
    fn value(self) -> Option<i64> {
        let (whole, fraction) = self.split();
        let digits = ungrouped(whole)? + fraction;
        let divisor = 10i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let product =
            digits.parse().ok().and_then(|n: i128| n.checked_mul(self.scale.unwrap_or(1)));
        let Some(product) = product else { return Some(i64::MAX) };
        let number = i64::try_from(product / divisor).unwrap_or(i64::MAX);
        (product % divisor == 0).then(|| number.saturating_add(self.rest))
    }

    /// What the last digit that is not 0 stands for.
    fn step(self) -> i64 {
        let (whole, fraction) = self.split();
        let digits: String =
            (whole.to_owned() + fraction).replace(|c: char| !c.is_ascii_digit(), "");
        let zeros = digits.len() - digits.trim_end_matches('0').len();
        let scale = self.scale.filter(|_| self.rest == 0).unwrap_or(1);
        let ten = |power: usize| 10i128.checked_pow(u32::try_from(power).ok()?);
        let step = ten(zeros).and_then(|ten| ten.checked_mul(scale)).zip(ten(fraction.len()));
        let step = step.and_then(|(step, divisor)| i64::try_from(step / divisor).ok());
        step.unwrap_or(1).max(1)
    }

    /// Only a number with a scale has a fraction: "1.4 million", "1,4 million".
    fn split(self) -> (&'w str, &'w str) {
        let Some(at) = self.digits.rfind(['.', ',']).filter(|_| self.scale.is_some()) else {
            return (self.digits, "");
        };
        let (whole, fraction) = (&self.digits[..at], &self.digits[at + 1..]);
        let separator = &self.digits[at..=at];
        let grouped = whole.contains(separator) || (separator == "," && fraction.len() == 3);
        let digits = fraction.bytes().all(|digit| digit.is_ascii_digit());
        if grouped || !digits { (self.digits, "") } else { (whole, fraction) }
    }
}

/// The digits alone, if they are ungrouped or grouped by threes with one sign throughout.
fn ungrouped(text: &str) -> Option<String> {
    let Some(sign) = text.chars().find(|sign| !sign.is_ascii_digit()) else {
        return Some(text.to_owned());
    };
    let groups: Vec<&str> = text.split(sign).collect();
    let threes = groups.iter().skip(1).all(|group| group.len() == 3) && groups[0].len() <= 3;
    let digits = groups.concat();
    (threes && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(digits)
}

/// Says bounds and qualifier in words.
pub fn write(quantity: &Quantity) -> String {
    match (quantity.qualifier, quantity.at_least, quantity.at_most) {
        (Qualifier::Exactly, Some(number), _) => grouped(number),
        (Qualifier::MoreThan, Some(least), _) => format!("more than {}", grouped(least - 1)),
        (Qualifier::LessThan, _, Some(most)) => {
            format!("fewer than {}", grouped(most.saturating_add(1)))
        }
        (Qualifier::About, Some(least), Some(most)) => {
            format!("about {} to {}", grouped(least), grouped(most))
        }
        // "at least" alone would be another qualifier.
        (Qualifier::About, Some(least), None) => format!("about {} or above", grouped(least)),
        (Qualifier::About, None, Some(most)) => format!("about {} or below", grouped(most)),
        (_, Some(least), Some(most)) => format!("between {} and {}", grouped(least), grouped(most)),
        (_, Some(least), None) => format!("at least {}", grouped(least)),
        (_, None, Some(most)) => format!("at most {}", grouped(most)),
        (_, None, None) => "an unknown number".to_owned(),
    }
}

/// A number with its thousands grouped: 94,821.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}
