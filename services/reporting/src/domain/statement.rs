use std::{ops::Range, sync::LazyLock};

use muster_values::{Collected, PartialDate, Source};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::incident::DatePrecision;

/// A number in a statement, tied to the figure it quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedNumber {
    pub as_written: String,
    pub figure: String,
    /// The figure's revision when the statement first quoted the number as it does.
    pub figure_revision: i64,
    /// The figure was revised or retracted since.
    #[serde(skip)]
    pub figure_changed: bool,
}

/// A reference to the revision of a figure that a number was taken from, and the flag that says
/// whether the figure was revised or retracted since.
pub struct Quote<'a> {
    pub figure: &'a str,
    pub revision: i64,
    pub changed: &'a mut bool,
}

/// What someone said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub speaker: String,
    pub text: String,
    pub language: String,
    /// The words are the speaker's own.
    pub verbatim: bool,
    pub stated_on: PartialDate,
    pub precision: DatePrecision,
    pub occasion: String,
    pub numbers: Vec<QuotedNumber>,
    pub sources: Vec<Source>,
}

impl Collected for Statement {
    const COLLECTION: &'static str = "statements";
}

impl QuotedNumber {
    pub fn quote(&mut self) -> Quote<'_> {
        let Self { figure, figure_revision, figure_changed, .. } = self;
        Quote { figure, revision: *figure_revision, changed: figure_changed }
    }
}

/// A whole number in a text, in which every kind of space is a plain one: digits, alone or in
/// groups of three with one sign between them, and perhaps decimals.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let signs = [" ", ",", r"\.", "'", "’"];
    let grouped = signs.map(|sign| format!(r"\b[0-9]{{1,3}}(?:{sign}[0-9]{{3}}\b)+"));
    pattern(&format!("(?:{}|[0-9]+)(?:[.,][0-9]+)?", grouped.join("|")))
});

#[expect(clippy::unwrap_used, reason = "the pattern is a constant and a test reads it")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// Whether words occur in a text, whatever kind of space is between them, and neither begin nor end
/// inside a longer number or word: "2 500" is not in "12 500 tués", nor "5 million" in "1.5
/// million".
pub fn quotes(text: &str, words: &str) -> bool {
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, words) = (spaced(text), spaced(words));
    let numbers: Vec<Range<usize>> = NUMBER.find_iter(&text).map(|found| found.range()).collect();
    let is_inside_number =
        |place: usize| numbers.iter().any(|number| number.start < place && place < number.end);
    let is_inside_word = |place: usize| {
        let (before, after) = text.split_at(place);
        let sides = [before.chars().next_back(), after.chars().next()];
        sides.iter().all(|side| side.is_some_and(char::is_alphanumeric))
    };
    let is_edge = |place: usize| !is_inside_number(place) && !is_inside_word(place);
    !words.is_empty()
        && text.char_indices().any(|(start, _)| {
            text[start..].starts_with(&words) && is_edge(start) && is_edge(start + words.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_number_is_no_part_of_another() {
        assert!(!quotes("12 500 tués", "2 500"));
        assert!(!quotes("2,500,000 people", "2,500"));
        assert!(!quotes("the 2500th", "2500"));
        assert!(!quotes("12 500 tués", "500"));
        assert!(quotes("By April 2024 1,600 were killed", "1,600"));
        assert!(quotes("En tout, 2\u{a0}500 tués.", "2 500"));
        assert!(quotes("Killed: 1,600. In 2024 more.", "1,600"));
        assert!(quotes("At least 1,600 people", "At least 1,600"));
        assert!(quotes("In 2023, 1,600 people", "1,600"));
    }
    #[test]
    fn a_quoted_number_is_no_part_of_one_with_decimals() {
        for text in ["1.5 million displaced", "1,5 million de déplacés", "1 500,5 tonnes"] {
            for part in ["1", "5", "5 million", "500", "1 500"] {
                assert!(!quotes(text, part), "{part} in {text}");
            }
        }
        assert!(quotes("1.5 million displaced", "1.5 million"));
        assert!(quotes("1,5\u{a0}million de déplacés", "1,5 million"));
        assert!(quotes("Some 1,5 or 5 million", "5 million"));
    }

    #[test]
    fn a_number_after_another_is_one_of_its_own() {
        assert!(quotes("En 2024 160 personnes", "160"));
        assert!(quotes("En 2024, 160 personnes", "160"));
        assert!(quotes("Killed: 3,100 200 more injured", "200"));
        assert!(quotes("15 5 5 dead", "5 5"));
        assert!(!quotes("1’600 tués", "600"));
        assert!(!quotes("En 2024 12 160 personnes", "160"));
    }
}
