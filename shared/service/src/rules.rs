//! Field rules, read from the protos where they live once (`buf.validate`), and what holds for
//! every field whatever it is called: no control characters, no NaN, no unknown enum value, and no
//! date or moment in the future unless `muster.common.v1.when` says that it may lie there.
//!
//! prost-protovalidate would do this, but building it needs protoc; a fresh machine has none.

mod check;
mod moments;
mod plan;

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, ReflectMessage};

use self::{check::Against, moments::Moments, plan::When};
use time::OffsetDateTime;

use crate::FieldViolation;

pub use self::plan::{Behavior, UnknownRule, behaves, is_computed, is_set_by_the_service};
pub use muster_proto::pool;

/// More violations than a person reads are cut off.
const MOST_VIOLATIONS: usize = 20;

/// Reads the rules of every message once. A rule that is not understood here stops start-up,
/// so that none is ever silently skipped.
pub fn prepare() -> Result<(), UnknownRule> {
    plan::all().as_ref().map(|_| ()).map_err(Clone::clone)
}

/// The fields of a request that break a rule.
pub fn violations(message: &DynamicMessage, now: OffsetDateTime) -> Vec<FieldViolation> {
    let mut found = Vec::new();
    if let Ok(plans) = plan::all() {
        let moments = Moments::at(now);
        check::message(Against { plans, moments, when: When::Past }, message, &mut found);
    }
    found.truncate(MOST_VIOLATIONS);
    found
}

/// The fields of a request that break a rule; of an update, but for those of the resource: which
/// of these it sets is known once the resource is.
pub fn violations_of_request(request: &DynamicMessage, now: OffsetDateTime) -> Vec<FieldViolation> {
    let descriptor = request.descriptor();
    let is_resource = |field: &FieldDescriptor| {
        let kind = field.kind();
        kind.as_message().is_some_and(|kind| kind.get_field_by_name("etag").is_some())
    };
    let resource = descriptor.get_field_by_name("update_mask").and_then(|_| {
        let mut fields = descriptor.fields();
        fields.find(is_resource)
    });
    let Some(resource) = resource.filter(|resource| request.has_field(resource)) else {
        return violations(request, now);
    };
    let mut rest = request.clone();
    rest.clear_field(&resource);
    let mut found = violations(&rest, now);
    found.retain(|violation| violation.path() != resource.name());
    found
}

/// A message of ours by its full name.
pub fn message(full_name: &str) -> Option<MessageDescriptor> {
    pool().get_message_by_name(full_name)
}

#[cfg(test)]
mod tests {
    use muster_proto::{
        common::v1::{Period, Quantity},
        deployment::v1::{Area, CreateAreaRequest, GetMissionRequest},
        google::r#type::Date,
    };
    use prost::{Message, Name};
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

    fn broken<M: Message + Name>(request: &M) -> Vec<(String, String)> {
        let descriptor = message(&M::full_name()).unwrap();
        let bytes = request.encode_to_vec();
        let message = DynamicMessage::decode(descriptor, bytes.as_slice()).unwrap();
        violations(&message, NOW)
            .into_iter()
            .map(|violation| (violation.path().to_owned(), violation.rule().to_owned()))
            .collect()
    }

    #[test]
    fn every_rule_in_the_protos_is_understood() {
        prepare().unwrap();
    }

    #[test]
    fn each_broken_rule_names_its_field() {
        let request = CreateAreaRequest {
            parent: "missions/Haiti".into(),
            area_id: "HT01".into(),
            area: Some(Area { level: 9, display_name: "a\0b".into(), ..Area::default() }),
            request_id: String::new(),
            ..Default::default()
        };
        let fields: Vec<String> = broken(&request).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["parent", "area.display_name", "area.level"]);
    }

    #[test]
    fn a_missing_message_is_named() {
        let request = CreateAreaRequest {
            parent: "missions/haiti".into(),
            area_id: "HT01".into(),
            ..CreateAreaRequest::default()
        };
        assert_eq!(broken(&request), [("area".to_owned(), "is required".to_owned())]);
    }

    #[test]
    fn a_good_request_breaks_nothing() {
        assert!(
            broken(&GetMissionRequest { name: "missions/haiti-mss".into(), ..Default::default() })
                .is_empty()
        );
        let date = |day| Some(Date { year: 2024, month: 1, day });
        assert!(broken(&Period { start_date: date(1), end_date: date(2) }).is_empty());
    }

    #[test]
    fn numbers_and_enums_out_of_range_are_named() {
        let quantity = Quantity { at_least: Some(-1), qualifier: 99, ..Quantity::default() };
        let fields: Vec<String> = broken(&quantity).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["at_least", "qualifier"]);
    }
}
