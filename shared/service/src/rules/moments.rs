//! Where in time the dates and moments of a request may lie.

use prost_reflect::DynamicMessage;
use time::{Date, Duration, Month, OffsetDateTime};

use super::plan::When;

/// How far a caller's clock may be ahead of ours.
const CLOCK_LEEWAY: Duration = Duration::minutes(5);
/// Where a day begins first.
const FIRST_ZONE: Duration = Duration::hours(14);
/// Nothing that is recorded here is older; what is, was mistyped.
const FIRST_YEAR: i32 = 1900;

const NO_MOMENT: &str = "must be a moment of the years 1900 to 9999";
const NO_DATE: &str = "must be a date of the years 1900 to 9999";
const FUTURE: &str = "must not be in the future";

/// The latest moment and the latest day that are not in the future.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    latest: OffsetDateTime,
    today: Date,
}

impl Moments {
    pub fn at(now: OffsetDateTime) -> Self {
        Self { latest: now + CLOCK_LEEWAY, today: (now + FIRST_ZONE).date() }
    }
}

/// What is wrong with a `google.protobuf.Timestamp` or a `google.type.Date`, if anything. Whether
/// a part of a date may be missing is known only where it is read.
pub fn moment(
    moments: Moments,
    when: When,
    name: &str,
    message: &DynamicMessage,
) -> Option<&'static str> {
    let field = |field: &str| {
        let value = message.get_field_by_name(field);
        value.and_then(|value| value.as_i64().or_else(|| value.as_i32().map(i64::from)))
    };
    let part = |name: &str| field(name).unwrap_or_default();
    if name == "google.type.Date" {
        return date(moments, when, (part("year"), part("month"), part("day")));
    }
    let in_range = (0..1_000_000_000).contains(&part("nanos"));
    let at = OffsetDateTime::from_unix_timestamp(part("seconds")).ok().filter(|_| in_range);
    match at {
        Some(at) if !(FIRST_YEAR..=9999).contains(&at.year()) => Some(NO_MOMENT),
        Some(_) if when == When::Any => None,
        Some(at) => (moments.latest < at).then_some(FUTURE),
        None => Some(NO_MOMENT),
    }
}

fn date(moments: Moments, when: When, parts: (i64, i64, i64)) -> Option<&'static str> {
    let (year, month, day) = parts;
    let year = i32::try_from(year).ok().filter(|year| (FIRST_YEAR..=9999).contains(year));
    let Some(year) = year else { return Some(NO_DATE) };
    // What is no date is refused where it is read; here it has its first possible day.
    let month = u8::try_from(month.max(1)).ok().and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(day.max(1)).ok();
    let first =
        month.zip(day).and_then(|(month, day)| Date::from_calendar_date(year, month, day).ok())?;
    let first = match when {
        When::Any => return None,
        When::End => first.previous_day().unwrap_or(first),
        When::Past => first,
    };
    (moments.today < first).then_some(FUTURE)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn today_is_today_anywhere_on_earth_and_a_year_begins_with_its_first_day() {
        let moments = Moments::at(datetime!(2024-06-30 11:00 UTC));
        let past = |parts| date(moments, When::Past, parts);
        assert_eq!(past((2024, 7, 1)), None);
        assert_eq!(past((2024, 7, 2)), Some(FUTURE));
        assert_eq!(past((2024, 0, 0)), None);
        assert_eq!(past((2025, 0, 0)), Some(FUTURE));
        assert_eq!(past((1899, 1, 1)), Some(NO_DATE));
        assert_eq!(date(moments, When::End, (2024, 7, 2)), None);
        assert_eq!(date(moments, When::Any, (2099, 7, 2)), None);
        assert_eq!(date(moments, When::Any, (25, 7, 2)), Some(NO_DATE));
    }

    #[test]
    fn no_moment_lies_before_1900_and_some_may_lie_ahead() {
        let moments = Moments::at(datetime!(2024-06-30 11:00 UTC));
        let of = |when, at: OffsetDateTime| {
            let timestamp = prost_types::Timestamp { seconds: at.unix_timestamp(), nanos: 0 };
            let kind = super::super::message("google.protobuf.Timestamp").unwrap();
            let bytes = prost::Message::encode_to_vec(&timestamp);
            let message = DynamicMessage::decode(kind, &*bytes).unwrap();
            moment(moments, when, "google.protobuf.Timestamp", &message)
        };
        for when in [When::Past, When::Any] {
            assert_eq!(of(when, datetime!(1900-01-01 0:00 UTC)), None);
            assert_eq!(of(when, datetime!(1899-12-31 23:59 UTC)), Some(NO_MOMENT));
            assert_eq!(of(when, datetime!(0025-10-02 0:00 UTC)), Some(NO_MOMENT));
        }
        assert_eq!(of(When::Past, datetime!(2024-07-01 0:00 UTC)), Some(FUTURE));
        assert_eq!(of(When::Any, datetime!(2099-07-01 0:00 UTC)), None);
    }
}
