//! The English in which records are spoken of.

use muster_values::{PartialDate, Period, Quantity, Source, quantity::grouped};
use time::{Date, Month};

pub use super::english::{Number, number, share};
use super::{
    super::{
        figure::{FlowMetric, StockMetric},
        incident::DatePrecision,
    },
    Metric, RecordUse,
};

/// `24 June 2024`
pub fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), date.month(), date.year())
}

/// `24 June 2024`, `June 2024` or `2024`, as much of it as is known.
pub fn date(date: PartialDate) -> String {
    let month = date.month().and_then(|month| Month::try_from(month).ok());
    match (date.day(), month) {
        (Some(day), Some(month)) => format!("{day} {month} {}", date.year()),
        (None, Some(month)) => format!("{month} {}", date.year()),
        (_, None) => date.year().to_string(),
    }
}

/// `on 24 June 2024` or `in June 2024`.
pub fn when(at: PartialDate) -> String {
    let preposition = if at.day().is_some() { "on" } else { "in" };
    format!("{preposition} {}", date(at))
}

/// The day of a stock: `on 22 March 2024`, or less where less is known.
pub fn moment(as_of: Date, precision: DatePrecision) -> String {
    match precision {
        DatePrecision::Day => format!("on {}", day(as_of)),
        DatePrecision::Week => format!("in the week of {}", day(as_of)),
        DatePrecision::Month => format!("in {} {}", as_of.month(), as_of.year()),
        DatePrecision::Year => format!("in {}", as_of.year()),
    }
}

/// `from 1 January to 31 March 2024`
pub fn span(period: Period) -> String {
    let (first, last) = (period.start(), period.last_day());
    if first == last {
        return format!("on {}", day(first));
    }
    if (first.year(), first.month()) == (last.year(), last.month()) {
        return format!("from {} to {}", first.day(), day(last));
    }
    if first.year() == last.year() {
        return format!("from {} {} to {}", first.day(), first.month(), day(last));
    }
    format!("from {} to {}", day(first), day(last))
}

/// `Kenya`, `Kenya and Benin` or `Kenya, Benin and Chad`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items[..] {
        [] => String::new(),
        [one] => one.to_owned(),
        [ref first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Who published it, each once; their names may hold commas.
pub fn publishers(sources: &[Source]) -> String {
    let mut publishers: Vec<&str> = Vec::new();
    for source in sources {
        if !publishers.contains(&source.publisher.as_str()) {
            publishers.push(&source.publisher);
        }
    }
    publishers.join("; ")
}

/// A body's name of several words takes the article.
pub fn named(body: &str) -> String {
    let bare = !body.contains(' ') || body.to_lowercase().starts_with("the ");
    if bare { body.to_owned() } else { format!("the {body}") }
}

/// `1 person`, `200 people`
pub fn people(number: i64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", grouped(number)) }
}

/// `first`, `second`, … and from the eleventh on `number 11`.
pub fn ordinal(place: usize) -> String {
    const WORDS: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    let word = place.checked_sub(1).and_then(|place| WORDS.get(place));
    word.map_or_else(|| format!("number {place}"), |word| (*word).to_owned())
}

/// The text with a capital letter at its beginning.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// A name within its mission: `figures/q1-2024-killed`.
pub fn short(name: &str) -> &str {
    let mission = name.strip_prefix("missions/").and_then(|rest| rest.split_once('/'));
    mission.map_or(name, |(_, rest)| rest)
}

/// A record by its short name, and its revision where it was revised.
pub fn record(name: &str, revision: i64) -> String {
    let name = short(name);
    if 1 < revision { format!("{name}, revision {revision}") } else { name.to_owned() }
}

/// What a metric counts, as a heading of numbers.
pub fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Flow(FlowMetric::Killed) => "Killed",
        Metric::Flow(FlowMetric::Injured) => "Injured",
        Metric::Flow(FlowMetric::KilledOrInjured) => "Killed or injured",
        Metric::Flow(FlowMetric::Kidnapped) => "Kidnapped",
        Metric::Flow(FlowMetric::GenderBasedViolenceIncidents) => {
            "Incidents of gender-based violence"
        }
        Metric::Flow(FlowMetric::Displaced) => "Departures of displaced people",
        Metric::Flow(FlowMetric::EscapedDetainees) => "Escaped detainees",
        Metric::Stock(StockMetric::Displaced) => "Displaced people",
        Metric::Stock(StockMetric::DisplacedInSites) => "Displaced people in sites",
    }
}

/// Numbers with their publishers: `400 (The Star) and 200 (Nation)`.
pub fn sides<'u>(uses: impl IntoIterator<Item = &'u RecordUse>) -> String {
    let side = |used: &RecordUse| {
        let (number, read) = (number(&used.quantity), reading(&used.quantity));
        match used.publisher.as_str() {
            "" => format!("{number}{read} ({})", short(&used.record)),
            publisher => format!("{number}{read} ({publisher})"),
        }
    };
    list(&uses.into_iter().map(side).collect::<Vec<_>>())
}

/// How "about" was read where that is a rule of reading: ` (“about” read as 750 to 849)`.
pub fn reading(quantity: &Quantity) -> String {
    match quantity.reading() {
        bounds if bounds == (quantity.at_least(), quantity.at_most()) => String::new(),
        (Some(least), Some(most)) => {
            format!(" (“about” read as {} to {})", grouped(least), grouped(most))
        }
        _ => String::new(),
    }
}

/// The end of a sentence about so many claims.
pub fn cannot_be_true(claims: usize) -> &'static str {
    if claims == 2 { "cannot both be true" } else { "cannot all be true" }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn dates_are_written_as_far_as_they_are_known() {
        let partial = |year, month, day| PartialDate::new(year, month, day).unwrap();
        assert_eq!(super::date(partial(2024, 6, 24)), "24 June 2024");
        assert_eq!(when(partial(2024, 2, 0)), "in February 2024");
        assert_eq!(super::date(partial(2023, 0, 0)), "2023");
        let quarter = Period::new(date!(2024 - 01 - 01), date!(2024 - 04 - 01)).unwrap();
        assert_eq!(span(quarter), "from 1 January to 31 March 2024");
        let exodus = Period::new(date!(2024 - 03 - 08), date!(2024 - 03 - 28)).unwrap();
        assert_eq!(span(exodus), "from 8 to 27 March 2024");
        let one_day = Period::new(date!(2024 - 06 - 24), date!(2024 - 06 - 25)).unwrap();
        assert_eq!(span(one_day), "on 24 June 2024");
        assert_eq!(moment(date!(2024 - 06 - 01), DatePrecision::Month), "in June 2024");
    }

    #[test]
    fn one_person_is_not_people() {
        assert_eq!(people(1), "1 person");
        assert_eq!(people(0), "0 people");
        assert_eq!(people(1200), "1,200 people");
        assert_eq!(list(&["Benin", "Chad", "Kenya"]), "Benin, Chad and Kenya");
    }

    #[test]
    fn a_record_is_named_within_its_mission() {
        assert_eq!(record("missions/haiti/figures/q1", 1), "figures/q1");
        assert_eq!(record("missions/haiti/figures/q1", 2), "figures/q1, revision 2");
    }
}
