//! Dates of which the day or the month may be unknown: one text for each date, and back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_service::{wire::partial_date, wire::wire_partial_date};
use muster_values::{PartialDate};

fuzz_target!(|text: &str| {
    let Ok(date) = text.parse::<PartialDate>() else { return };
    assert_eq!(date.to_string(), text);
    assert!(date.first_day() <= date.last_day());
    let year = date.year();
    assert_eq!((date.first_day().year(), date.last_day().year()), (year, year));
    let known = date.month().is_some() && date.day().is_some();
    assert_eq!(date.first_day() == date.last_day(), known);
    assert_eq!(partial_date(wire_partial_date(date)), Ok(date));
});
