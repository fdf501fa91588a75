//! Numbers in English words, whatever language their source wrote in.

use muster_values::{Qualifier, Quantity, quantity::grouped};

/// The words of English wordings of a number, one by one.
const VOCABULARY: &str = "a about above all almost an and billion billions bn approximately around at below between \
                          by circa dozen dozens entire estimated exactly excess exceeding fewer \
                          few greater half hundred hundreds in just k least less majority many \
                          maximum million millions minimum more most nearly no not number of odd or \
                          over per percent cent quarter quarters roughly several so some ten tens \
                          than the third thirds thousand thousands to under unknown up upwards \
                          vast whole one two three four five six seven eight nine eleven twelve \
                          twenty thirty forty fifty sixty seventy eighty ninety";

const SCALES: [&str; 7] = ["dozen", "hundred", "thousand", "k", "million", "billion", "bn"];

/// A number as an English sentence says it.
#[derive(Debug, PartialEq, Eq)]
pub struct Number<'q> {
    /// `None` where only the source's own words say the number.
    pub english: Option<String>,
    /// The source's own words, where they are not what the English says.
    pub own_words: Option<&'q str>,
}

impl<'q> Number<'q> {
    pub fn of(quantity: &'q Quantity) -> Self {
        let written = quantity.as_written().trim();
        if written.is_empty() {
            return Self { english: Some(quantity.to_string()), own_words: None };
        }
        if is_english(written) {
            return Self { english: Some(regrouped(written, quantity)), own_words: None };
        }
        let (least, most) = (quantity.at_least(), quantity.at_most());
        let again = Quantity::complete(least, most, Some(quantity.qualifier()), "").ok();
        let english = again.filter(|_| least.or(most).is_some());
        let near = if is_near(written) { "nearly" } else { "fewer than" };
        let english = english.map(|again| again.to_string().replace("fewer than", near));
        Self { english, own_words: Some(written) }
    }
}

/// Whether a source that names an upper bound says that the number is close to it.
fn is_near(written: &str) -> bool {
    let written = written.to_lowercase();
    ["près de", "presque"].iter().any(|near| written.starts_with(near))
}

/// `more than 2,500`, `at least 438 (“au moins 438”)`, or `“environ 13 500”` where its bounds
/// are not known.
pub fn number(quantity: &Quantity) -> String {
    said(&Number::of(quantity), "")
}

/// A share: `80 percent`, `most`, `at least 80 percent (“au moins 80 %”)`.
pub fn share(share: &Quantity) -> String {
    let number = Number::of(share);
    let words = number.english.as_deref().unwrap_or_default();
    let unit = words.contains("percent") || words.contains("per cent") || words.contains('%');
    let bare = !unit && words.contains(|letter: char| letter.is_ascii_digit());
    let said = said(&number, if bare { " percent" } else { "" });
    said.strip_suffix(" of").unwrap_or(&said).to_owned()
}

fn said(number: &Number, unit: &str) -> String {
    match (&number.english, number.own_words) {
        (Some(english), None) => format!("{english}{unit}"),
        (Some(english), Some(own)) => format!("{english}{unit} (“{own}”)"),
        (None, own) => format!("“{}”", own.unwrap_or_default()),
    }
}

/// Whether an English reader takes the words for what they mean: a number and its qualifier.
fn is_english(written: &str) -> bool {
    let known = |word: &str| VOCABULARY.split_whitespace().any(|other| other == word);
    let mut words = written.split(|letter: char| !letter.is_alphabetic()).map(str::to_lowercase);
    written.contains(|letter: char| letter.is_ascii_alphanumeric())
        && !written.contains(|letter: char| letter.is_numeric() && !letter.is_ascii_digit())
        && words.all(|word| word.is_empty() || known(&word))
        && !decimal_comma(written)
}

/// A comma that does not group three digits, as in `1,4 million`.
fn decimal_comma(written: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    written.match_indices(',').any(|(place, _)| {
        let after = digits(&written[place + 1..]);
        written[..place].ends_with(|last: char| last.is_ascii_digit()) && after != 3 && 0 < after
    })
}

/// The words with their thousands grouped in the English way.
fn regrouped(written: &str, quantity: &Quantity) -> String {
    let mut text = String::with_capacity(written.len() + 4);
    let mut rest = written;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let (number, after) = number.split_at(length(number));
        text.push_str(before);
        text.push_str(
            &english_digits(number, after, quantity).unwrap_or_else(|| number.to_owned()),
        );
        rest = after;
    }
    text + rest
}

/// How far a number reaches: digits, and groups of three behind a sign that groups them.
fn length(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(text);
    while let Some(sign) = text[length..].chars().next() {
        let group = &text[length + sign.len_utf8()..];
        let groups = matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | ',' | '.' | '\'' | '’');
        if !groups || digits(group) != 3 {
            break;
        }
        length += sign.len_utf8() + 3;
    }
    length
}

/// `None` where the digits may mean something else than the number they look like.
fn english_digits(number: &str, after: &str, quantity: &Quantity) -> Option<String> {
    let decimal =
        after.starts_with(['.', ',']) && after[1..].starts_with(|c: char| c.is_ascii_digit());
    let next = after.trim_start().split(|letter: char| !letter.is_alphabetic()).next();
    let scaled = next.is_some_and(|next| SCALES.contains(&next.trim_end_matches('s')));
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let value: i64 = digits.parse().ok()?;
    let near = |bound: Option<i64>| bound.is_some_and(|bound| bound.abs_diff(value) <= 1);
    let bounds = (quantity.at_least(), quantity.at_most());
    let meant = near(bounds.0) || near(bounds.1);
    let unbounded = quantity.qualifier() == Qualifier::About && !number.contains('.');
    (!decimal && !scaled && (meant || unbounded)).then(|| grouped(value))
}

#[cfg(test)]
mod tests {
    use muster_values::Unit;
    use proptest::prelude::*;

    use super::*;

    fn read(words: &str) -> String {
        number(&Quantity::read(words).unwrap())
    }

    #[test]
    fn english_words_stay_and_only_their_digits_are_grouped() {
        assert_eq!(read("nearly 95,000"), "nearly 95,000");
        assert_eq!(read("about 1.4 million"), "about 1.4 million");
        assert_eq!(read("some 13 500"), "some 13,500");
        assert_eq!(read("between 1440 and 1 680"), "between 1,440 and 1,680");
        assert_eq!(read("53'125"), "53,125");
        assert_eq!(read("578.074"), "578,074");
        assert_eq!(read("2505 or more"), "2,505 or more");
        assert_eq!(number(&Quantity::unknown()), "an unknown number");
    }

    #[test]
    fn words_of_another_language_follow_the_english_ones() {
        assert_eq!(read("moins de 2 505"), "fewer than 2,505 (“moins de 2 505”)");
        assert_eq!(read("entre 144 et 168"), "between 144 and 168 (“entre 144 et 168”)");
        assert_eq!(read("2,505 victims"), "2,505 (“2,505 victims”)");
        assert_eq!(read("environ 14 861"), "“environ 14 861”");
        let given = |words| Quantity::complete(Some(438), Some(438), None, words).unwrap();
        assert_eq!(number(&given("٤٣٨")), "438 (“٤٣٨”)");
        assert_eq!(number(&given("四百三十八")), "438 (“四百三十八”)");
        let comma = Quantity::complete(Some(1_400_000), Some(1_400_000), None, "1,4 million");
        assert_eq!(number(&comma.unwrap()), "1,400,000 (“1,4 million”)");
    }

    #[test]
    fn a_share_keeps_the_words_of_its_source() {
        let written = |words| Quantity::complete(Some(51), None, None, words).unwrap();
        let percent =
            |words| Quantity::complete_of(Unit::Percent, (None, None), None, words).unwrap();
        assert_eq!(share(&written("most of")), "most");
        assert_eq!(share(&Quantity::exactly(80)), "80 percent");
        assert_eq!(share(&percent("at least 80 %")), "at least 80 %");
        let french = percent("80 pour cent");
        assert_eq!(share(&french), "80 percent (“80 pour cent”)");
    }

    proptest! {
        #[test]
        fn no_wording_is_too_odd(words in "[0-9 .,'a-z\u{a0}–“]{1,30}", least in 0i64..5000) {
            let given = Quantity::complete(Some(least), None, Some(Qualifier::AtLeast), &words);
            if let Ok(quantity) = given {
                prop_assert!(!number(&quantity).is_empty() && !share(&quantity).is_empty());
            }
        }
    }
}
