//! TOML's dates and times as the protos have them.

use muster_service::wire;
use muster_values::PartialDate;
use prost_types::Timestamp;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};
use toml::value::{Datetime, Offset};

/// A moment, from a date and time with its offset.
pub fn timestamp(given: &Datetime) -> Result<Timestamp, &'static str> {
    let (Some(date), Some(time)) = (given.date, given.time) else {
        return Err("must be a date and time, such as 2024-06-25T10:00:00Z");
    };
    let offset = match given.offset {
        Some(Offset::Z) => UtcOffset::UTC,
        Some(Offset::Custom { minutes }) => UtcOffset::from_whole_seconds(i32::from(minutes) * 60)
            .map_err(|_| "has an offset that does not exist")?,
        None => return Err("must say its offset from UTC, such as Z or -05:00"),
    };
    moment(date, time, offset).map(wire::timestamp).ok_or("is no moment of the calendar")
}

fn moment(
    date: toml::value::Date,
    time: toml::value::Time,
    offset: UtcOffset,
) -> Option<OffsetDateTime> {
    let month = Month::try_from(date.month).ok()?;
    let date = Date::from_calendar_date(date.year.into(), month, date.day).ok()?;
    let (second, nanosecond) = (time.second.unwrap_or(0), time.nanosecond.unwrap_or(0));
    let time = Time::from_hms_nano(time.hour, time.minute, second, nanosecond).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_offset(offset))
}

/// A whole date, from a date without a time.
pub fn date(given: &Datetime) -> Result<PartialDate, &'static str> {
    let (Some(date), None) = (given.date, given.time) else {
        return Err("must be a date without a time, such as 2024-06-25");
    };
    PartialDate::new(date.year.into(), date.month.into(), date.day.into())
        .map_err(|_| "is no date of the calendar")
}

/// A date of which the day, or day and month, may be missing.
pub fn partial_date(text: &str) -> Result<PartialDate, &'static str> {
    let shaped = matches!(text.len(), 4 | 7 | 10);
    let read = text.parse().ok().filter(|_| shaped);
    read.ok_or("must be a date such as 2024-06-25, \"2024-06\" or \"2024\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<i64, &'static str> {
        timestamp(&text.parse().unwrap()).map(|timestamp| timestamp.seconds)
    }

    #[test]
    fn a_moment_needs_date_time_and_offset() {
        assert_eq!(seconds("2024-06-25T10:00:00Z"), Ok(1_719_309_600));
        assert_eq!(seconds("2024-06-25T05:00:00-05:00"), Ok(1_719_309_600));
        assert!(seconds("2024-06-25T10:00:00").is_err());
        assert!(seconds("2024-06-25").is_err());
        assert!(seconds("10:00:00").is_err());
    }

    #[test]
    fn a_date_may_leave_out_what_is_unknown() {
        let read = |text| partial_date(text).map(|date| date.to_string());
        assert_eq!(read("2024-06").unwrap(), "2024-06");
        assert_eq!(read("2024").unwrap(), "2024");
        assert_eq!(read("2024-06-25").unwrap(), "2024-06-25");
        for junk in ["", "24", "2024-6", "2024-13", "2024-06-31", "June 2024", "2024-06-25x"] {
            assert!(read(junk).is_err(), "{junk}");
        }
        assert_eq!(date(&"2024-06-25".parse().unwrap()).unwrap().day(), Some(25));
        assert!(date(&"2024-06-25T10:00:00Z".parse().unwrap()).is_err());
    }
}
