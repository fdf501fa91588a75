//! Reads a resource's revisions from a service, to tell which calls of a file were made before and
//! with what content.

use muster_service::rules::pool;
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};

use super::{
    Call, Scenario,
    compare::{self, FieldDifference},
    text,
};

/// A page of revisions.
const PAGE: i32 = 1000;

/// One revision of a resource.
pub struct Revision {
    pub request_id: String,
    /// Absent: the resource is no longer there.
    resource: Option<DynamicMessage>,
    known_time: Option<Value>,
}

/// The method of a service that lists revisions.
pub fn method(of: &MethodDescriptor) -> Option<MethodDescriptor> {
    let service = format!("{}.HistoryService", of.parent_service().package_name());
    let service = pool().get_service_by_name(&service)?;
    service.methods().find(|method| method.name() == "ListRevisions")
}

pub fn request(method: &MethodDescriptor, name: &str, page_token: &str) -> DynamicMessage {
    let mut request = DynamicMessage::new(method.input());
    request.set_field_by_name("name", Value::String(name.to_owned()));
    request.set_field_by_name("page_size", Value::I32(PAGE));
    request.set_field_by_name("page_token", Value::String(page_token.to_owned()));
    request
}

/// Adds a page's revisions; answers with the token of the next page.
pub fn read(answer: &DynamicMessage, revisions: &mut Vec<Revision>) -> String {
    let page = answer.get_field_by_name("revisions");
    let page = page.as_ref().and_then(|page| page.as_list()).unwrap_or_default();
    revisions.extend(page.iter().filter_map(Value::as_message).map(Revision::read));
    text(answer, "next_page_token")
}

/// What differs between a file's creation of a resource and what stood there before the first
/// of the file's own steps.
pub fn of_creation(history: &[Revision], scenario: &Scenario, call: &Call) -> Vec<FieldDifference> {
    let steps: Vec<String> = (scenario.calls().iter())
        .filter(|other| !other.creates() && other.target() == call.name)
        .map(Call::request_id)
        .collect();
    let first_step = history.iter().position(|revision| steps.contains(&revision.request_id));
    let before = first_step.unwrap_or(history.len()).checked_sub(1);
    let Some(revision) = before.and_then(|place| history.get(place)) else { return Vec::new() };
    let file = call.request.fields().find_map(|(field, value)| {
        value
            .as_message()
            .filter(|message| message.descriptor() == call.method.output() && !field.is_list())
    });
    let (Some(file), Some(there)) = (file, &revision.resource) else {
        let field = "the whole record".to_owned();
        return vec![FieldDifference { field, file: "present".into(), there: "deleted".into() }];
    };
    let mut found = compare::differences(file, there);
    // When the record was created became known; later revisions have times of their own.
    found.extend(history.first().and_then(|first| first.known_differently(call)));
    found
}

impl Revision {
    fn read(message: &DynamicMessage) -> Self {
        let any = message.get_field_by_name("resource").filter(|_| {
            message
                .descriptor()
                .get_field_by_name("resource")
                .is_some_and(|field| message.has_field(&field))
        });
        let resource = any.as_ref().and_then(|any| decode(any.as_message()?));
        let known_time = message.get_field_by_name("known_time").map(std::borrow::Cow::into_owned);
        Self { request_id: text(message, "request_id"), resource, known_time }
    }

    /// What differs between a step of the file and the revision that its request made. Of a step
    /// that is no update, the fields are compared that the resource has from such steps alone:
    /// others of the same name, such as a headcount, may be of the plan.
    pub fn of_step(&self, call: &Call) -> Vec<FieldDifference> {
        let Some(there) = &self.resource else { return Vec::new() };
        let mut found = match call.updated() {
            Some(file) => compare::differences(file, there),
            None => compare::differences(&kept(&call.request, there), there),
        };
        found.extend(self.known_differently(call));
        found
    }

    /// Where the file gives another known time.
    fn known_differently(&self, call: &Call) -> Option<FieldDifference> {
        let field = call.request.descriptor().get_field_by_name("known_time")?;
        let file = call.request.has_field(&field).then(|| call.request.get_field(&field))?;
        let there = self.known_time.as_ref()?;
        (file.as_ref() != there).then(|| FieldDifference {
            field: "known_time".to_owned(),
            file: compare::say(&field, &file),
            there: compare::say(&field, there),
        })
    }
}

/// The fields of a step that the resource keeps under the same name. A note is the step's own: the
/// resource has that of one kind of step.
fn kept(step: &DynamicMessage, there: &DynamicMessage) -> DynamicMessage {
    let mut kept = DynamicMessage::new(step.descriptor());
    for (field, value) in step.fields().filter(|(field, _)| !field.is_list()) {
        let same = there.descriptor().get_field_by_name(field.name());
        if same.is_some_and(|same| same.kind() == field.kind())
            && !["etag", "note"].contains(&field.name())
        {
            kept.set_field(&field, value.clone());
        }
    }
    kept
}

fn decode(any: &DynamicMessage) -> Option<DynamicMessage> {
    let url = text(any, "type_url");
    let kind = pool().get_message_by_name(url.rsplit('/').next()?)?;
    let value = any.get_field_by_name("value")?;
    DynamicMessage::decode(kind, value.as_bytes()?.clone()).ok()
}
