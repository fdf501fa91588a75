//! The words in which sources give numbers, in English and French.

use std::sync::LazyLock;

use regex::Regex;

use super::{Qualifier, Quantity};

type Read = (Option<i64>, Option<i64>, Qualifier);

const NUMBER: &str = r"(\d{1,3}(?:[,. \u{a0}\u{202f}']\d{3})+|\d+(?:\.\d+)?)(?:\s*(million|thousand|mille|millions))?";

const MORE_THAN: &str = "more than|over|above|greater than|in excess of|upwards of|plus de";
const AT_LEAST: &str = "at least|no fewer than|no less than|not less than|a minimum of|au moins";
const LESS_THAN: &str =
    "fewer than|less than|under|below|nearly|almost|just under|moins de|près de|presque";
const AT_MOST: &str = "at most|up to|no more than|not more than|a maximum of|jusqu'à|au plus";
const ABOUT: &str = "about|around|approximately|roughly|some|an estimated|circa|environ|quelque";

static ONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:(?<more>{MORE_THAN})|(?<least>{AT_LEAST})|(?<less>{LESS_THAN})|(?<most>{AT_MOST})|(?<about>{ABOUT})|exactly)?\s*{NUMBER}(?<plus> or more|\+)?(?<rest>\D*)$"
    ))
});

static TWO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"^(?:between|entre)?\s*{NUMBER}\s*(?:and|to|et|à|-|–)\s*{NUMBER}\D*$"))
});

#[expect(clippy::unwrap_used, reason = "the patterns are constants and a test reads them")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// Reads bounds and qualifier from a wording; `None` where no number is found in it.
pub fn read(wording: &str) -> Option<Read> {
    let wording = wording.trim().to_lowercase();
    if let Some(found) = TWO.captures(&wording) {
        let (low, high) = (number(&found, 1)?, number(&found, 3)?);
        return (low <= high).then_some((Some(low), Some(high), Qualifier::Between));
    }
    let found = ONE.captures(&wording)?;
    let number = number(&found, found.len() - 4)?;
    let has = |name| found.name(name).is_some();
    Some(if has("more") {
        (Some(number.checked_add(1)?), None, Qualifier::MoreThan)
    } else if has("least") || has("plus") {
        (Some(number), None, Qualifier::AtLeast)
    } else if has("less") {
        (None, Some(number.checked_sub(1).filter(|most| 0 <= *most)?), Qualifier::LessThan)
    } else if has("most") {
        (None, Some(number), Qualifier::AtMost)
    } else if has("about") {
        (None, None, Qualifier::About)
    } else {
        (Some(number), Some(number), Qualifier::Exactly)
    })
}

/// Reads the number in a group, and the word for its scale in the group after it.
fn number(found: &regex::Captures<'_>, group: usize) -> Option<i64> {
    let text = found.get(group)?.as_str();
    let (whole, fraction) = match (text.split_once('.'), found.get(group + 1)) {
        // With a scale after it the point is a decimal point, else it groups thousands.
        (Some((whole, fraction)), Some(_)) => (whole, fraction),
        (Some((_, fraction)), None) if fraction.len() != 3 => return None,
        _ => (text, ""),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let scale: u32 = match found.get(group + 1).map(|scale| scale.as_str()) {
        Some("million" | "millions") => 6,
        Some(_) => 3,
        None => 0,
    };
    let places = u32::try_from(fraction.len()).ok()?;
    let unscaled: i64 = format!("{digits}{fraction}").parse().ok()?;
    unscaled.checked_mul(10i64.checked_pow(scale.checked_sub(places)?)?)
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
