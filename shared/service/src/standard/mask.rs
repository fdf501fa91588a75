//! Which fields an update sets, as in AIP-134.

use prost::{DecodeError, Message, Name};
use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, ReflectMessage, Value};
use prost_types::FieldMask;
use time::OffsetDateTime;

use crate::{
    field::FieldViolation,
    rules::{self, Behavior},
};

/// The most paths that a mask has, and the most characters of one.
const MOST_PATHS: usize = 100;
const LONGEST_PATH: usize = 200;

/// A message before and after an update.
#[derive(Debug)]
pub struct Change {
    before: DynamicMessage,
    after: DynamicMessage,
}

impl Change {
    /// Sets the fields that the mask names to those of the request. Without a mask it sets every
    /// field that the request has; `*` sets all.
    pub fn of<M: Message + Name>(
        before: &M,
        request: &M,
        mask: Option<&FieldMask>,
    ) -> Result<Self, FieldViolation> {
        let (before, request) = (read(before)?, read(request)?);
        let mut after = before.clone();
        for path in paths(&request, mask)? {
            let unchanged = after.clone();
            set(&mut after, &request, &path)?;
            refuse_immutable(&unchanged, &after, &path)?;
        }
        Ok(Self { before, after })
    }

    /// The rules that the changed fields break: a field that is left alone may be older than its
    /// rule.
    pub fn violations(&self, now: OffsetDateTime) -> Vec<FieldViolation> {
        let mut broken = rules::violations(&self.after, now);
        broken.retain(|violation| {
            let name = violation.path().split(['.', '[']).next().unwrap_or_default();
            let is_field = self.after.descriptor().get_field_by_name(name).is_some();
            !is_field || self.before.get_field_by_name(name) != self.after.get_field_by_name(name)
        });
        broken
    }

    /// The message as it is after the update.
    pub fn message<M: Message + Default>(&self) -> Result<M, FieldViolation> {
        write(&self.after)
    }
}

/// A message that corrects an earlier one: what only the service sets is as it was in that one, but
/// for what says which revision this is.
pub fn with_output_of<M: Message + Name + Default>(
    message: &M,
    earlier: &M,
) -> Result<M, FieldViolation> {
    let (mut message, earlier) = (read(message)?, read(earlier)?);
    let of_the_revision = ["etag", "revision", "update_time"];
    let descriptor = message.descriptor();
    let kept = descriptor.fields().filter(|field| {
        rules::is_set_by_the_service(field) && !of_the_revision.contains(&field.name())
    });
    for field in kept {
        if earlier.has_field(&field) {
            message.set_field(&field, earlier.get_field(&field).into_owned());
        } else {
            message.clear_field(&field);
        }
    }
    write(&message)
}

fn read<M: Message + Name>(message: &M) -> Result<DynamicMessage, FieldViolation> {
    let descriptor = rules::message(&M::full_name())
        .ok_or_else(|| FieldViolation::new("is no message of this API"))?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).map_err(unreadable)
}

fn write<M: Message + Default>(message: &DynamicMessage) -> Result<M, FieldViolation> {
    M::decode(message.encode_to_vec().as_slice()).map_err(unreadable)
}

fn unreadable(_: DecodeError) -> FieldViolation {
    FieldViolation::new("cannot be read")
}

/// What the mask names, each as a path of field names.
fn paths(
    request: &DynamicMessage,
    mask: Option<&FieldMask>,
) -> Result<Vec<Vec<String>>, FieldViolation> {
    let names = |fields: Vec<FieldDescriptor>| -> Vec<Vec<String>> {
        let written = fields.into_iter().filter(|field| !rules::is_set_by_the_service(field));
        written.map(|field| vec![field.name().to_owned()]).collect()
    };
    let Some(mask) = mask.filter(|mask| !mask.paths.is_empty()) else {
        return Ok(names(request.fields().map(|(field, _)| field).collect()));
    };
    if mask.paths == ["*"] {
        return Ok(names(request.descriptor().fields().collect()));
    }
    if MOST_PATHS < mask.paths.len() {
        return Err(FieldViolation::new(format!("must have at most {MOST_PATHS} paths")));
    }
    if mask.paths.iter().any(|path| LONGEST_PATH < path.len()) {
        let rule = format!("must have paths of at most {LONGEST_PATH} characters");
        return Err(FieldViolation::new(rule));
    }
    let split = |path: &String| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    let paths: Vec<_> = mask.paths.iter().map(split).collect();
    for path in &paths {
        check(&request.descriptor(), path)?;
    }
    Ok(paths)
}

/// Refuses a path that leads to nothing, or to what only the service sets.
fn check(message: &MessageDescriptor, path: &[String]) -> Result<(), FieldViolation> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    let Some(field) = message.get_field_by_name(first) else {
        return Err(FieldViolation::new(format!("names {first}, which is no field")));
    };
    if rules::is_set_by_the_service(&field) {
        let rule = format!("names {first}, which only the service sets");
        return Err(FieldViolation::new(rule));
    }
    if rest.is_empty() {
        return Ok(());
    }
    match field.kind().as_message() {
        Some(inner) if !field.is_list() && !field.is_map() => check(inner, rest),
        _ => Err(FieldViolation::new(format!("names a part of {first}, which has none"))),
    }
}

fn set(
    after: &mut DynamicMessage,
    request: &DynamicMessage,
    path: &[String],
) -> Result<(), FieldViolation> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    if rest.is_empty() {
        let value = request.get_field_by_name(first).map(std::borrow::Cow::into_owned);
        match value.filter(|_| request.has_field_by_name(first)) {
            Some(value) => after.set_field_by_name(first, value),
            None => after.clear_field_by_name(first),
        }
        return Ok(());
    }
    let inner = |message: &DynamicMessage| {
        let value = message.get_field_by_name(first).map(std::borrow::Cow::into_owned);
        value.and_then(|value| value.as_message().cloned())
    };
    let (Some(mut changed), Some(asked)) = (inner(after), inner(request)) else {
        return Err(FieldViolation::new(format!("names a part of {first}, which has none")));
    };
    set(&mut changed, &asked, rest)?;
    after.set_field_by_name(first, Value::Message(changed));
    Ok(())
}

/// Refuses another value of a field that is what it was from the beginning.
fn refuse_immutable(
    before: &DynamicMessage,
    after: &DynamicMessage,
    path: &[String],
) -> Result<(), FieldViolation> {
    let Some(field) = path.first().and_then(|name| before.descriptor().get_field_by_name(name))
    else {
        return Ok(());
    };
    let is_fixed = rules::behaves(&field, Behavior::Immutable);
    if is_fixed && before.get_field(&field) != after.get_field(&field) {
        let rule = format!("names {}, which is fixed once the record exists", field.name());
        return Err(FieldViolation::new(rule));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use muster_proto::{common::v1::Quantity, deployment::v1::Pledge, google::r#type::Date};

    use super::*;

    fn pledge() -> Pledge {
        Pledge {
            partner: "missions/m/partners/ken".into(),
            conditions: "none".into(),
            size: Some(Quantity { at_least: Some(5), at_most: Some(7), ..Quantity::default() }),
            offer_date: Some(Date { year: 2024, month: 1, day: 1 }),
            ..Pledge::default()
        }
    }

    fn update(request: &Pledge, paths: &[&str]) -> Result<Pledge, String> {
        let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        let change = Change::of(&pledge(), request, Some(&mask));
        change.and_then(|change| change.message()).map_err(|violation| violation.rule().to_owned())
    }

    #[test]
    fn only_what_the_mask_names_is_set() {
        let request = Pledge { conditions: "money".into(), ..Pledge::default() };
        let after = update(&request, &["conditions"]).unwrap();
        assert_eq!(after, Pledge { conditions: "money".into(), ..pledge() });
        let after = update(&Pledge::default(), &["size"]).unwrap();
        assert_eq!(after, Pledge { size: None, ..pledge() });
    }

    #[test]
    fn a_part_of_a_message_is_set_alone() {
        let size = Quantity { at_most: Some(9), ..Quantity::default() };
        let request = Pledge { size: Some(size), ..Pledge::default() };
        let after = update(&request, &["size.at_most"]).unwrap().size.unwrap();
        assert_eq!((after.at_least, after.at_most), (Some(5), Some(9)));
    }

    #[test]
    fn without_a_mask_what_the_request_has_is_set() {
        let request = Pledge { conditions: "money".into(), ..Pledge::default() };
        let after: Pledge = Change::of(&pledge(), &request, None).unwrap().message().unwrap();
        assert_eq!(after, Pledge { conditions: "money".into(), ..pledge() });
    }

    #[test]
    fn what_only_the_service_sets_is_refused() {
        let refused = |path| update(&Pledge::default(), &[path]).unwrap_err();
        assert_eq!(refused("etag"), "names etag, which only the service sets");
        assert_eq!(refused("name"), "names name, which only the service sets");
        assert_eq!(refused("colour"), "names colour, which is no field");
        assert_eq!(refused("conditions.x"), "names a part of conditions, which has none");
    }

    #[test]
    fn what_is_fixed_may_be_named_but_not_changed() {
        assert_eq!(update(&pledge(), &["*"]), Ok(pledge()));
        let request = Pledge { partner: "missions/m/partners/ben".into(), ..pledge() };
        let refused = update(&request, &["partner"]).unwrap_err();
        assert_eq!(refused, "names partner, which is fixed once the record exists");
    }

    #[test]
    fn a_field_that_is_older_than_its_rule_stands_in_the_way_of_no_other() {
        let with = |conditions: usize, size: i64| Pledge {
            conditions: "x".repeat(conditions),
            size: Some(Quantity { at_least: Some(size), ..Quantity::default() }),
            ..pledge()
        };
        let broken = |after: &Pledge| {
            let change = Change::of(&with(1001, 5), after, None).unwrap();
            let broken = change.violations(OffsetDateTime::UNIX_EPOCH).into_iter();
            broken.map(|violation| violation.path().to_owned()).collect::<Vec<_>>()
        };
        assert!(broken(&with(1001, 6)).is_empty());
        assert_eq!(broken(&with(1002, 5)), ["conditions"]);
        assert!(broken(&with(1000, 5)).is_empty());
    }
}
