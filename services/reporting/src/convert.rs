//! Wire to domain may fail and names the field; domain to wire never fails. Nothing else sees
//! both.

pub mod deployment;
pub mod link;
pub mod incidents;
pub mod figures;
pub mod assessments;
pub mod statements;
pub mod timeline;
pub mod situation;
pub mod reports;

use muster_proto::Identified;
use muster_proto::{common::v1 as common, google::r#type::Date};
use muster_service::{
    AtField, FieldViolation, history::Revision, resource::Content, resource::place,
};
use muster_service::{wire, wire_enum, words::FromWire};
use muster_values::{MissionId, PartialDate, Stored};
use prost::Message;

use crate::domain::incident::DatePrecision;

wire_enum!(DatePrecision, common::DatePrecision { Day, Week, Month, Year });

/// Reads a mission's name from the field `field`.
pub fn mission(name: &str, field: &str) -> Result<MissionId, FieldViolation> {
    MissionId::parse(name).at(field)
}

/// A record as it is in a revision that is kept, but for what only the service sets.
fn record<C: Content>(
    revision: &Revision,
    message: C::Message,
) -> Result<Stored<C>, FieldViolation> {
    let place = place::<C>(message.name())?;
    let created_at = wire::required_time(message.create_time()).at("create_time")?;
    let content = C::unpack(message, &place.mission)?;
    let (revision, updated_at) = (revision.revision, revision.recorded_at);
    Ok(Stored { revision, updated_at, ..Stored::new(place, content, created_at) })
}

/// Reads the resource of a revision that is kept.
fn kept<M: Message + Default>(revision: &Revision) -> Result<M, FieldViolation> {
    let unreadable = |_| FieldViolation::new("cannot be decoded");
    M::decode(revision.value().map_err(unreadable)?.as_slice()).map_err(unreadable)
}

/// Reads a date from `field` and how much of it is known. A precision that was not given is that
/// of the date; one that was given is no finer.
fn dated(
    date: Option<Date>,
    precision: i32,
    field: &str,
) -> Result<(PartialDate, DatePrecision), FieldViolation> {
    let date = wire::required_partial_date(date).at(field)?;
    let known = match (date.month(), date.day()) {
        (_, Some(_)) => DatePrecision::Day,
        (Some(_), None) => DatePrecision::Month,
        (None, None) => DatePrecision::Year,
    };
    let precision = DatePrecision::from_wire(precision).unwrap_or(known);
    if precision < known {
        let violation = FieldViolation::new(format!("must be no finer than {field}"));
        return Err(violation.under("date_precision"));
    }
    Ok((date, precision))
}

fn wire_precision(precision: DatePrecision) -> i32 {
    common::DatePrecision::from(precision).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(day: i32, precision: common::DatePrecision) -> Result<DatePrecision, FieldViolation> {
        let date = Date { year: 2024, month: 2, day };
        dated(Some(date), precision.into(), "event_date").map(|(_, precision)| precision)
    }

    #[test]
    fn a_precision_that_was_not_given_is_that_of_the_date() {
        assert_eq!(read(29, common::DatePrecision::Unspecified), Ok(DatePrecision::Day));
        assert_eq!(read(0, common::DatePrecision::Unspecified), Ok(DatePrecision::Month));
    }

    #[test]
    fn a_precision_finer_than_the_date_is_refused() {
        assert_eq!(read(29, common::DatePrecision::Year), Ok(DatePrecision::Year));
        let violation = read(0, common::DatePrecision::Week).unwrap_err();
        assert_eq!(violation.path(), "date_precision");
        assert_eq!(read(30, common::DatePrecision::Day).unwrap_err().path(), "event_date");
    }
}
