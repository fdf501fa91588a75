//! Numbers, names and times in words.

use std::str::FromStr;

use muster_proto::common::v1::{Period, Quantity};
use muster_service::{Clock, wire};
use muster_values::{PartialDate, Zone, quantity::grouped};
use prost_types::Timestamp;
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339};

/// A number with its bounds: "more than 2,500 (2,501 or more)".
pub fn quantity(quantity: Option<&Quantity>) -> String {
    let Some(quantity) = quantity else { return "no number".to_owned() };
    let bounds = bounds(quantity);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let plain = muster_values::Quantity::within(quantity.at_least, quantity.at_most);
    match quantity.as_written.as_str() {
        "" => bounds,
        // The words say the bounds themselves.
        written if written.to_lowercase() == plain.to_string() => written.to_owned(),
        written if digits(written) == digits(&bounds) && !bounds.contains(' ') => {
            written.to_owned()
        }
        written => format!("{written} ({bounds})"),
    }
}

/// A number with the bounds by which it was compared, where those are not its own: "about 800 (read
/// as 750 to 849)".
pub fn compared(number: Option<&Quantity>, reading: Option<&Quantity>) -> String {
    match number.zip(reading) {
        Some((number, reading)) => format!("{} (read as {})", number.as_written, bounds(reading)),
        None => quantity(number),
    }
}

fn bounds(quantity: &Quantity) -> String {
    match (quantity.at_least, quantity.at_most) {
        (Some(least), Some(most)) if least == most => grouped(least),
        (Some(least), Some(most)) => format!("{} to {}", grouped(least), grouped(most)),
        (Some(least), None) => format!("{} or more", grouped(least)),
        (None, Some(most)) => format!("{} or fewer", grouped(most)),
        (None, None) => "no bounds known".to_owned(),
    }
}

/// A value of an enum: `in transit` of `STRENGTH_MEASURE_IN_TRANSIT`.
pub fn value(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase().replace('_', " ")
}

/// A resource within its mission: `figures/q1` of `missions/haiti/figures/q1`.
pub fn short(name: &str) -> &str {
    let below = name.strip_prefix("missions/").and_then(|rest| rest.split_once('/'));
    below.map_or(name, |(_, short)| short)
}

/// A moment to the second.
pub fn moment(timestamp: Option<&Timestamp>) -> String {
    let time = timestamp.and_then(|timestamp| wire::time(*timestamp).ok());
    let text = time.and_then(|time| time.replace_nanosecond(0).ok()?.format(&Rfc3339).ok());
    text.unwrap_or_else(|| "an unknown time".to_owned())
}

/// The line that tells of a default moment other than now; `what` says where it comes from.
pub fn seen_at(moment: &Timestamp, what: &str) -> String {
    let moment = self::moment(Some(moment));
    format!("as seen at {moment}, {what}; --at names another, such as now\n")
}

/// A run of days by its first and last one.
pub fn period(period: Option<Period>) -> String {
    match wire::period(period) {
        Ok(period) => format!("{} to {}", period.start(), period.last_day()),
        Err(_) => "an unknown period".to_owned(),
    }
}

/// A moment as an argument gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    At(OffsetDateTime),
    /// A day's end at the mission's place.
    Day(Date),
}

impl Moment {
    pub fn in_zone(self, zone: &Zone) -> Timestamp {
        wire::timestamp(match self {
            Self::At(at) => at,
            Self::Day(day) => zone.end(day),
        })
    }
}

/// Reads a date and time with an offset, a day, or now.
impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "now" {
            return Ok(Self::At(Clock::System.now()));
        }
        let day = text.parse().ok().filter(|day: &PartialDate| day.day().is_some());
        let at = || OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::At);
        day.map(|day| Self::Day(day.first_day())).or_else(at).ok_or_else(|| {
            "must be a moment such as 2024-06-25T10:00:00Z, a day, or now".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(at_least: Option<i64>, at_most: Option<i64>, written: &str) -> String {
        let as_written = written.to_owned();
        quantity(Some(&Quantity { at_least, at_most, qualifier: 0, as_written }))
    }

    #[test]
    fn a_number_is_said_with_its_bounds() {
        assert_eq!(said(Some(2501), None, "more than 2,500"), "more than 2,500 (2,501 or more)");
        assert_eq!(said(Some(2505), Some(2505), "2,505"), "2,505");
        assert_eq!(said(Some(80), Some(80), "80%"), "80%");
        assert_eq!(said(Some(14087), Some(14087), "14 mille 87"), "14 mille 87 (14,087)");
        assert_eq!(said(Some(2900), None, "At least 2,900"), "At least 2,900");
        assert_eq!(said(Some(200), Some(400), ""), "200 to 400");
        assert_eq!(said(None, None, "about 90"), "about 90 (no bounds known)");
        assert_eq!(said(None, Some(3596), "près de 3597"), "près de 3597 (3,596 or fewer)");
        assert_eq!(quantity(None), "no number");
    }

    #[test]
    fn a_number_is_said_with_the_bounds_that_it_was_compared_by() {
        let about = Quantity { as_written: "about 800".to_owned(), ..Quantity::default() };
        let reading = Quantity { at_least: Some(750), at_most: Some(849), ..Quantity::default() };
        assert_eq!(compared(Some(&about), Some(&reading)), "about 800 (read as 750 to 849)");
        assert_eq!(compared(Some(&about), None), "about 800 (no bounds known)");
    }

    #[test]
    fn names_are_said_within_their_mission() {
        assert_eq!(short("missions/haiti/contingents/ken-1"), "contingents/ken-1");
        assert_eq!(short("missions/haiti"), "missions/haiti");
        assert_eq!(value("STRENGTH_MEASURE_IN_TRANSIT", "STRENGTH_MEASURE_"), "in transit");
    }

    #[test]
    fn a_day_means_its_end_at_the_place() {
        let haiti = "America/Port-au-Prince".parse().unwrap();
        let read = |text: &str| moment(Some(&text.parse::<Moment>().unwrap().in_zone(&haiti)));
        assert_eq!(read("2024-06-25"), "2024-06-26T03:59:59Z");
        assert_eq!(read("2024-06-25T10:00:00+03:00"), "2024-06-25T07:00:00Z");
        for junk in ["yesterday", "2024-06", "2024-06-31"] {
            assert!(junk.parse::<Moment>().is_err(), "{junk}");
        }
    }
}
