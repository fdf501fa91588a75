//! How much of a date is known.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, format_description::well_known::Rfc3339};

/// A date of which the day, or the day and the month, may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PartialDate {
    year: i32,
    month: Option<u8>,
    day: Option<u8>,
}

/// A year, month and day that are no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a date of the years 1 to 9999; month and day may be 0 where unknown")]
pub struct NoDate;

impl PartialDate {
    /// Takes 0 for an unknown month or day.
    pub fn new(year: i32, month: i32, day: i32) -> Result<Self, NoDate> {
        let month = u8::try_from(month).map_err(|_| NoDate)?;
        let day = u8::try_from(day).map_err(|_| NoDate)?;
        if !(1..=9999).contains(&year) || (month == 0 && day != 0) {
            return Err(NoDate);
        }
        let real = Month::try_from(month.max(1)).map_err(|_| NoDate)?;
        Date::from_calendar_date(year, real, day.max(1)).map_err(|_| NoDate)?;
        Ok(Self { year, month: (month != 0).then_some(month), day: (day != 0).then_some(day) })
    }

    pub fn year(self) -> i32 {
        self.year
    }

    pub fn month(self) -> Option<u8> {
        self.month
    }

    pub fn day(self) -> Option<u8> {
        self.day
    }

    /// The first day that it can be.
    pub fn first_day(self) -> Date {
        let month = self.month.and_then(|month| Month::try_from(month).ok());
        Date::from_calendar_date(self.year, month.unwrap_or(Month::January), self.day.unwrap_or(1))
            .unwrap_or(Date::MIN)
    }

    /// The last day that it can be.
    pub fn last_day(self) -> Date {
        let Some(month) = self.month.and_then(|month| Month::try_from(month).ok()) else {
            return Date::from_calendar_date(self.year, Month::December, 31).unwrap_or(Date::MAX);
        };
        let day = self.day.unwrap_or_else(|| month.length(self.year));
        Date::from_calendar_date(self.year, month, day).unwrap_or(Date::MAX)
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: Some(u8::from(date.month())), day: Some(date.day()) }
    }
}

/// A moment as callers read it.
pub fn moment(at: OffsetDateTime) -> String {
    // A year that RFC 3339 cannot write is no year that a caller can send.
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

/// `2024`, `2024-06` or `2024-06-24`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl FromStr for PartialDate {
    type Err = NoDate;

    fn from_str(text: &str) -> Result<Self, NoDate> {
        let mut parts = text.split('-').map(|part| part.parse::<i32>().map_err(|_| NoDate));
        let mut next = || parts.next().unwrap_or(Ok(0));
        let date = Self::new(next()?, next()?, next()?)?;
        // One text for each date, with nothing after it.
        if date.to_string() == text { Ok(date) } else { Err(NoDate) }
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for PartialDate {
    type Error = NoDate;

    fn try_from(text: String) -> Result<Self, NoDate> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_date_spans_what_it_can_be() {
        let february = PartialDate::new(2024, 2, 0).unwrap();
        assert_eq!(february.to_string(), "2024-02");
        assert_eq!(february.last_day().day(), 29);
        assert_eq!("2024-02".parse(), Ok(february));
        assert_eq!(PartialDate::new(2023, 2, 29), Err(NoDate));
        assert_eq!(PartialDate::new(2023, 0, 3), Err(NoDate));
    }

    #[test]
    fn a_date_has_one_text() {
        for text in ["2024-06-24-99", "2024-6-4", "2024-00-00", "+2024", "24-06-24", ""] {
            assert_eq!(text.parse::<PartialDate>(), Err(NoDate), "{text}");
        }
    }
}
