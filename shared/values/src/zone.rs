//! Calendar days at a place.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, UtcOffset};

/// The time zone of a place, by its IANA name. Days are cut in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(TimeZone);

/// A name that the IANA time zone database does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a name of the IANA time zone database, such as America/Port-au-Prince")]
pub struct NoZone;

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The day at the place.
    pub fn day(&self, at: OffsetDateTime) -> Date {
        self.local(at).date()
    }

    /// The moment as clocks at the place show it.
    pub fn local(&self, at: OffsetDateTime) -> OffsetDateTime {
        // Only at the ends of the calendar is there no such moment or offset.
        let stamp = Timestamp::new(at.unix_timestamp(), 0).unwrap_or(Timestamp::UNIX_EPOCH);
        let seconds = self.0.to_offset(stamp).seconds();
        let offset = UtcOffset::from_whole_seconds(seconds).unwrap_or(UtcOffset::UTC);
        at.checked_to_offset(offset).unwrap_or(at)
    }

    /// The first moment of a day at the place.
    pub fn start(&self, day: Date) -> OffsetDateTime {
        self.start_if_any(day).unwrap_or_else(|| day.midnight().assume_utc())
    }

    /// The last moment of a day at the place: what is asked of a day is asked of its end.
    pub fn end(&self, day: Date) -> OffsetDateTime {
        let next =
            day.next_day().map_or_else(|| self.start(day) + Duration::DAY, |next| self.start(next));
        next - Duration::NANOSECOND
    }

    /// `None` at the ends of the calendar.
    fn start_if_any(&self, day: Date) -> Option<OffsetDateTime> {
        let year = i16::try_from(day.year()).ok()?;
        let month = i8::try_from(u8::from(day.month())).ok()?;
        let day = civil::Date::new(year, month, i8::try_from(day.day()).ok()?).ok()?;
        // Where clocks skip midnight, the day begins with the first moment after it.
        let stamp = self.0.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        OffsetDateTime::from_unix_timestamp(stamp.as_second()).ok()
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for Zone {
    type Err = NoZone;

    fn from_str(name: &str) -> Result<Self, NoZone> {
        let zone = TimeZone::get(name).map_err(|_| NoZone)?;
        // One text for each zone: the database finds names whatever their case.
        let exact = zone.iana_name() == Some(name);
        exact.then_some(Self(zone)).ok_or(NoZone)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

impl TryFrom<String> for Zone {
    type Error = NoZone;

    fn try_from(name: String) -> Result<Self, NoZone> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    #[test]
    fn a_day_is_that_of_the_place() {
        let haiti = zone("America/Port-au-Prince");
        let landed = datetime!(2024-06-24 22:30 -4);
        assert_eq!(haiti.day(landed), date!(2024 - 06 - 24));
        assert_eq!(Zone::UTC.day(landed), date!(2024 - 06 - 25));
        assert_eq!(haiti.end(date!(2024 - 06 - 24)), datetime!(2024-06-24 23:59:59.999999999 -4));
        // In winter the clocks there go by five hours.
        assert_eq!(haiti.start(date!(2024 - 01 - 01)), datetime!(2024-01-01 0:00 -5));
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_with_its_first_moment() {
        // Clocks in Beirut went from midnight to one on 31 March 2024.
        let first = zone("Asia/Beirut").start(date!(2024 - 03 - 31));
        assert_eq!(first, datetime!(2024-03-31 1:00 +3));
    }

    #[test]
    fn zones_have_the_names_of_the_database_and_no_others() {
        for name in ["", "utc", "america/port-au-prince", "EST5EDT4", "+04:00", "Mars/Olympus"] {
            assert_eq!(name.parse::<Zone>(), Err(NoZone), "{name}");
        }
        for name in ["UTC", "America/Port-au-Prince", "Africa/Nairobi"] {
            assert_eq!(zone(name).to_string(), name);
        }
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_its_day(seconds in 0i64..4_000_000_000) {
            let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            for name in ["UTC", "America/Port-au-Prince", "Asia/Beirut", "America/Havana"] {
                let zone = zone(name);
                let day = zone.day(at);
                prop_assert!(zone.start(day) <= at && at <= zone.end(day), "{name} {at}");
                prop_assert_eq!(zone.day(zone.start(day)), day);
                prop_assert_eq!(zone.day(zone.end(day)), day);
            }
        }
    }
}
