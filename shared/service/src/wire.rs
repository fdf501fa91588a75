//! Between the wire's common messages and the types that domains use. Wire to domain may fail
//! and names the field; domain to wire never fails.

mod strength;

use muster_proto::{
    common::v1 as pb,
    google::r#type::{Date as WireDate, Interval},
};
use prost_types::Timestamp;
use time::{Date, Month, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{AtField, FieldViolation, Required};
use muster_values::{
    PartialDate, Period, Source, Unit, quantity::Invalid, quantity::Qualifier, quantity::Quantity,
};

/// Reads a moment, to the microsecond that Postgres keeps.
pub fn time(timestamp: Timestamp) -> Result<OffsetDateTime, FieldViolation> {
    let out_of_range = || FieldViolation::new("must be a moment of the years 1 to 9999");
    let nanos = i128::from(timestamp.seconds)
        .checked_mul(1_000_000_000)
        .and_then(|nanos| nanos.checked_add(i128::from(timestamp.nanos) / 1000 * 1000))
        .ok_or_else(out_of_range)?;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| out_of_range())?;
    if (1..=9999).contains(&time.year()) { Ok(time) } else { Err(out_of_range()) }
}

pub fn required_time(timestamp: Option<Timestamp>) -> Result<OffsetDateTime, FieldViolation> {
    time(timestamp.required()?)
}

pub fn optional_time(
    timestamp: Option<Timestamp>,
) -> Result<Option<OffsetDateTime>, FieldViolation> {
    timestamp.map(time).transpose()
}

pub fn timestamp(time: OffsetDateTime) -> Timestamp {
    Timestamp {
        seconds: time.unix_timestamp(),
        nanos: i32::try_from(time.nanosecond()).unwrap_or_default(),
    }
}

/// A moment as people and programs read it.
pub fn rfc3339(at: OffsetDateTime) -> String {
    // A year that RFC 3339 cannot write is no year that a caller can send.
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

/// Reads a whole date.
pub fn date(date: WireDate) -> Result<Date, FieldViolation> {
    let rule = || FieldViolation::new("must be a whole date of the years 1 to 9999");
    let month = u8::try_from(date.month).ok().and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(date.day).map_err(|_| rule())?;
    if !(1..=9999).contains(&date.year) {
        return Err(rule());
    }
    Date::from_calendar_date(date.year, month.ok_or_else(rule)?, day).map_err(|_| rule())
}

pub fn required_date(wire: Option<WireDate>) -> Result<Date, FieldViolation> {
    date(wire.required()?)
}

pub fn optional_date(wire: Option<WireDate>) -> Result<Option<Date>, FieldViolation> {
    wire.map(date).transpose()
}

pub fn wire_date(date: Date) -> WireDate {
    WireDate { year: date.year(), month: u8::from(date.month()).into(), day: date.day().into() }
}

/// Reads a date of which month and day may be 0.
pub fn partial_date(date: WireDate) -> Result<PartialDate, FieldViolation> {
    Ok(PartialDate::new(date.year, date.month, date.day)?)
}

pub fn required_partial_date(wire: Option<WireDate>) -> Result<PartialDate, FieldViolation> {
    partial_date(wire.required()?)
}

pub fn wire_partial_date(date: PartialDate) -> WireDate {
    WireDate {
        year: date.year(),
        month: date.month().unwrap_or_default().into(),
        day: date.day().unwrap_or_default().into(),
    }
}

pub fn period(period: Option<pb::Period>) -> Result<Period, FieldViolation> {
    let period = period.required()?;
    let start = required_date(period.start_date).at("start_date")?;
    let end = required_date(period.end_date).at("end_date")?;
    Period::new(start, end)
        .ok_or_else(|| FieldViolation::new("must be later than start_date").under("end_date"))
}

pub fn wire_period(period: Period) -> pb::Period {
    pb::Period {
        start_date: Some(wire_date(period.start())),
        end_date: Some(wire_date(period.end())),
    }
}

/// Reads an interval that has both ends: (start, inclusive; end, exclusive).
pub fn interval(
    interval: Option<Interval>,
) -> Result<(OffsetDateTime, OffsetDateTime), FieldViolation> {
    let interval = interval.required()?;
    let start = required_time(interval.start_time).at("start_time")?;
    let end = required_time(interval.end_time).at("end_time")?;
    if start < end {
        Ok((start, end))
    } else {
        Err(FieldViolation::new("must be later than start_time").under("end_time"))
    }
}

pub fn wire_interval(start: OffsetDateTime, end: OffsetDateTime) -> Interval {
    Interval { start_time: Some(timestamp(start)), end_time: Some(timestamp(end)) }
}

/// Reads a number of people.
pub fn quantity(quantity: Option<pb::Quantity>) -> Result<Quantity, FieldViolation> {
    quantity_of(Unit::People, quantity)
}

/// Reads a number that counts this unit.
pub fn quantity_of(unit: Unit, quantity: Option<pb::Quantity>) -> Result<Quantity, FieldViolation> {
    let wire = quantity.required()?;
    let qualifier = match wire.qualifier() {
        pb::Qualifier::Unspecified => None,
        pb::Qualifier::Exactly => Some(Qualifier::Exactly),
        pb::Qualifier::MoreThan => Some(Qualifier::MoreThan),
        pb::Qualifier::AtLeast => Some(Qualifier::AtLeast),
        pb::Qualifier::LessThan => Some(Qualifier::LessThan),
        pb::Qualifier::AtMost => Some(Qualifier::AtMost),
        pb::Qualifier::About => Some(Qualifier::About),
        pb::Qualifier::Between => Some(Qualifier::Between),
        pb::Qualifier::Unknown => Some(Qualifier::Unknown),
    };
    let bounds = (wire.at_least, wire.at_most);
    Quantity::complete_of(unit, bounds, qualifier, &wire.as_written).map_err(|err| {
        let field = match err {
            Invalid::Reversed => "at_least",
            Invalid::Limits(field) => field,
            Invalid::Qualifier => "qualifier",
            Invalid::Wording | Invalid::Contradiction | Invalid::Empty => "as_written",
        };
        FieldViolation::new(err).under(field)
    })
}

pub fn wire_quantity(quantity: &Quantity) -> pb::Quantity {
    let qualifier = match quantity.qualifier() {
        Qualifier::Exactly => pb::Qualifier::Exactly,
        Qualifier::MoreThan => pb::Qualifier::MoreThan,
        Qualifier::AtLeast => pb::Qualifier::AtLeast,
        Qualifier::LessThan => pb::Qualifier::LessThan,
        Qualifier::AtMost => pb::Qualifier::AtMost,
        Qualifier::About => pb::Qualifier::About,
        Qualifier::Between => pb::Qualifier::Between,
        Qualifier::Unknown => pb::Qualifier::Unknown,
    };
    pb::Quantity {
        at_least: quantity.at_least(),
        at_most: quantity.at_most(),
        qualifier: qualifier.into(),
        as_written: quantity.as_written().to_owned(),
    }
}

pub fn source(wire: pb::Source) -> Result<Source, FieldViolation> {
    Ok(Source {
        publisher: wire.publisher,
        title: wire.title,
        uri: wire.uri,
        publication_date: wire
            .publication_date
            .map(partial_date)
            .transpose()
            .at("publication_date")?,
        excerpt: wire.excerpt,
        locator: wire.locator,
        reliability: wire.reliability,
        credibility: wire.credibility,
    })
}

pub fn sources(wire: Vec<pb::Source>) -> Result<Vec<Source>, FieldViolation> {
    wire.into_iter()
        .enumerate()
        .map(|(index, wire)| source(wire).at_index("sources", index))
        .collect()
}

pub fn wire_source(source: &Source) -> pb::Source {
    pb::Source {
        publisher: source.publisher.clone(),
        title: source.title.clone(),
        uri: source.uri.clone(),
        publication_date: source.publication_date.map(wire_partial_date),
        excerpt: source.excerpt.clone(),
        locator: source.locator.clone(),
        reliability: source.reliability,
        credibility: source.credibility,
    }
}

pub fn wire_sources(sources: &[Source]) -> Vec<pb::Source> {
    sources.iter().map(wire_source).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_moments_are_refused_and_ordinary_ones_survive() {
        for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (253_402_300_800, 0), (0, -1)] {
            let _ = time(Timestamp { seconds, nanos });
        }
        assert!(time(Timestamp { seconds: i64::MAX, nanos: 0 }).is_err());
        let wire = Timestamp { seconds: 1_719_200_000, nanos: 5_000 };
        assert_eq!(timestamp(time(wire).unwrap()), wire);
    }

    #[test]
    fn a_refusal_names_the_field_that_leaves_the_limits() {
        let field = |least, words: &str| {
            let as_written = words.to_owned();
            let wire = pb::Quantity { at_least: least, as_written, ..Default::default() };
            format!("{:?}", quantity(Some(wire)).unwrap_err())
        };
        assert!(field(None, "1 000 000 000 001").contains("as_written"));
        assert!(field(Some(-1), "").contains("at_least"));
    }
}
