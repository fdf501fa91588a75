//! Dates, moments, periods and intervals off the wire: each that is taken comes back as it was,
//! in order, and within the years that the database keeps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_proto::{
    common::v1::Period,
    google::r#type::{Date, Interval},
};
use muster_service::wire::{self, wire_date, wire_interval, wire_partial_date, wire_period};
use prost::Message;

/// The paths that may be named in a message with two ends.
fn names_an_end(path: &str, ends: [&str; 2]) -> bool {
    ends.contains(&path)
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(given) = Date::decode(bytes) {
        let partial = wire::partial_date(given);
        assert_eq!(partial.clone().map(wire_partial_date).unwrap_or(given), given);
        if let Ok(date) = wire::date(given) {
            assert_eq!(wire_date(date), given);
            assert_eq!(
                partial.map(|partial| (partial.first_day(), partial.last_day())),
                Ok((date, date))
            );
        }
    }
    if let Ok(given) = Period::decode(bytes) {
        match wire::period(Some(given)) {
            Ok(period) => {
                assert!(period.start() <= period.last_day() && period.start() < period.end());
                assert!(period.holds(period.start()) && !period.holds(period.end()));
                assert!(period.contains(period) && period.overlaps(period));
                assert_eq!(wire_period(period), given);
            }
            Err(broken) => assert!(names_an_end(broken.path(), ["start_date", "end_date"])),
        }
    }
    if let Ok(given) = Interval::decode(bytes) {
        match wire::interval(Some(given)) {
            Ok((start, end)) => {
                assert!(start < end);
                assert!((1..=9999).contains(&start.year()) && (1..=9999).contains(&end.year()));
                // Told and read again, to the microsecond.
                let told = wire_interval(start, end);
                assert_eq!(wire::interval(Some(told)), Ok((start, end)));
            }
            Err(broken) => assert!(names_an_end(broken.path(), ["start_time", "end_time"])),
        }
    }
});
