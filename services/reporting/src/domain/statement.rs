use muster_values::{Collected, PartialDate, Source};
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

/// Whether words occur in a text, whatever kind of space is between them, and not as a part of a
/// longer number or word: "2 500" is not in "12 500 tués".
pub fn quotes(text: &str, words: &str) -> bool {
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, words) = (spaced(text), spaced(words));
    let joins = |one: Option<char>, other: Option<char>| {
        let both = |is: fn(char) -> bool| one.is_some_and(is) && other.is_some_and(is);
        both(char::is_alphanumeric)
    };
    // A group of digits before or after belongs to the same number: "12 500", "2,500,000".
    let grouped = |outside: &str, first: bool| {
        let mut letters: Vec<char> = outside.chars().collect();
        if first {
            letters.reverse();
        }
        matches!(letters[..], [' ' | ',' | '.' | '\'' | '’', digit, ..] if digit.is_ascii_digit())
    };
    let leading = words.chars().take_while(char::is_ascii_digit).count();
    text.match_indices(words.as_str()).any(|(start, found)| {
        let (before, after) = (&text[..start], &text[start + found.len()..]);
        let (first, last) = (found.chars().next(), found.chars().next_back());
        let digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        let is_part = joins(before.chars().next_back(), first)
            || joins(last, after.chars().next())
            || leading == 3 && grouped(before, true)
            || digit(last) && grouped(after, false) && three_digits(after);
        !words.is_empty() && !is_part
    })
}

/// Whether a sign and exactly three digits follow.
fn three_digits(after: &str) -> bool {
    let digits = after.chars().skip(1).take_while(char::is_ascii_digit).count();
    digits == 3
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
}
