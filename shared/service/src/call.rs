//! A call as a handler sees it: its request checked, its caller known, its answer one line.

use std::sync::Arc;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Value};
use prost_types::Timestamp;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tonic::{Request, Response, Status};
use tracing::{Span, field::display};
use uuid::Uuid;

use crate::{AtField, FieldViolation};
use crate::{
    context::{AsOf, CalledAt, Caller, Context, Remark, not_allowed},
    deadline::Deadline,
    field,
    resource::Resource,
    rules,
    status::Reason,
    status::Refusal,
    token, wire,
    work::Committed,
    work::Failure,
};
use muster_values::name::MissionId;

/// The longest id of a mission that is written to the log.
const LONGEST_ID: usize = 64;

/// What a unary handler answers with.
pub type Answer<T> = Result<Response<T>, Status>;

/// A checked request and what is known of the call around it.
#[derive(Debug)]
pub struct Call<M> {
    pub message: M,
    pub context: Context,
}

impl<M: Message + Name> Call<M> {
    /// Checks a request against the rules of its fields.
    pub fn admit(request: Request<M>) -> Result<Self, Status> {
        let (metadata, extensions, message) = request.into_parts();
        let (Some(caller), Some(deadline), Some(CalledAt(now))) = (
            extensions.get::<Caller>(),
            extensions.get::<Deadline>(),
            extensions.get::<CalledAt>(),
        ) else {
            return Err(not_allowed("the call did not pass the gate").into());
        };
        let asked = examine(&message, *now)?;
        let context = Context {
            caller: Arc::new(caller.clone()),
            deadline: deadline.at,
            request_id: asked.request_id,
            fingerprint: asked.fingerprint,
            tokens: token::read(&metadata)?.into(),
            remark: asked.remark,
            as_of: asked.as_of,
            validate_only: asked.validate_only,
        };
        Ok(Self { message, context })
    }
}

/// The answer to a change: the resource as it is now, or as it was answered before.
pub fn answer<R: Resource>(result: Result<Committed<R>, impl Into<Failure>>) -> Answer<R::Message> {
    match result.map_err(Into::into) {
        Ok(Committed { message, token }) => {
            let response = Response::new(message);
            Ok(match token {
                Some(token) => token.attach(response),
                None => response,
            })
        }
        Err(Failure::Replayed(replay)) => replay.answer(),
        Err(Failure::Refused(refusal)) => Err(refusal.into()),
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            // Only changes are replayed, and `answer` answers those.
            Failure::Replayed(_) => Refusal::new(Reason::Internal, "internal error").into(),
        }
    }
}

/// The fields that requests of every method share. They are read here by their names, so that no
/// handler passes them on: `request_id`, `known_time`, `reason`, `corrects_revision`, `as_of_time`,
/// `recorded_by_time` and `validate_only`.
struct CommonFields {
    request_id: Option<Uuid>,
    fingerprint: [u8; 32],
    remark: Remark,
    as_of: AsOf,
    validate_only: bool,
}

/// Checks the rules, and reads what every request may say.
fn examine<M: Message + Name>(message: &M, now: OffsetDateTime) -> Result<CommonFields, Refusal> {
    let unknown = || Refusal::new(Reason::MessageMalformed, "no message of this API");
    let descriptor = rules::message(&M::full_name()).ok_or_else(unknown)?;
    let mut dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .map_err(|_| unknown())?;
    let span = Span::current();
    if let Some(mission) = mission(&dynamic) {
        span.record("mission", mission.as_str());
    }
    let mut violations = rules::violations_of_request(&dynamic, now);
    let mut request_id = None;
    if let Some(Value::String(text)) = dynamic.get_field_by_name("request_id").as_deref()
        && !text.is_empty()
    {
        // The nil UUID is what a program has that never made one.
        request_id = Uuid::try_parse(text).ok().filter(|id| !id.is_nil());
        if request_id.is_none() {
            violations.push(FieldViolation::new("must be a UUID, not nil").under("request_id"));
        }
        if let Some(id) = request_id {
            span.record("request_id", display(id));
        }
    }
    let mut moment = |field: &str| match self::moment(&dynamic, field) {
        Ok(moment) => moment,
        Err(violation) => {
            violations.push(violation);
            None
        }
    };
    let known_at = moment("known_time");
    let as_of = AsOf { known_by: moment("as_of_time"), recorded_by: moment("recorded_by_time") };
    if !violations.is_empty() {
        return Err(field::refuse(&violations));
    }
    let reason = match dynamic.get_field_by_name("reason").as_deref() {
        Some(Value::String(reason)) => reason.clone(),
        _ => String::new(),
    };
    let corrects = match dynamic.get_field_by_name("corrects_revision").as_deref() {
        Some(Value::I64(revision)) if *revision != 0 => Some(*revision),
        _ => None,
    };
    let validate_only =
        matches!(dynamic.get_field_by_name("validate_only").as_deref(), Some(Value::Bool(true)));
    let remark = Remark { known_at, reason, corrects };
    let mut fingerprint = [0; 32];
    if request_id.is_some() {
        dynamic.clear_field_by_name("request_id");
        fingerprint = Sha256::digest(dynamic.encode_to_vec()).into();
    }
    Ok(CommonFields { request_id, fingerprint, remark, as_of, validate_only })
}

/// The mission that a request is about, for the line that the call leaves: of its name or its
/// parent, of the resource in it, or of the only position of a watch.
fn mission(request: &DynamicMessage) -> Option<MissionId> {
    let mut inner = None;
    for (field, value) in request.fields() {
        match (field.name(), value) {
            ("name" | "parent" | "mission", Value::String(name)) => return mission_of(name),
            ("names" | "positions", Value::List(values)) => {
                let mut missions = values.iter().map(|value| match value {
                    Value::String(name) => mission_of(name),
                    Value::Message(position) => mission(position),
                    _ => None,
                });
                let first = missions.next()??;
                return missions.all(|other| other.as_ref() == Some(&first)).then_some(first);
            }
            (_, Value::Message(resource)) if resource.has_field_by_name("name") => {
                inner = Some(resource);
            }
            _ => {}
        }
    }
    inner.and_then(mission)
}

/// The mission in a name that a caller gave; nothing where it is longer than any, so that nobody
/// fills the log.
fn mission_of(name: &str) -> Option<MissionId> {
    MissionId::of(name).ok().filter(|mission| mission.as_str().len() <= LONGEST_ID)
}

/// A moment that a request may give.
fn moment(message: &DynamicMessage, field: &str) -> Result<Option<OffsetDateTime>, FieldViolation> {
    if !message.has_field_by_name(field) {
        return Ok(None);
    }
    let Some(value) = message.get_field_by_name(field) else { return Ok(None) };
    let Some(timestamp) = value.as_message() else { return Ok(None) };
    let timestamp = timestamp.transcode_to::<Timestamp>();
    let timestamp = timestamp.map_err(|_| FieldViolation::new("must be a moment")).at(field)?;
    wire::time(timestamp).at(field).map(Some)
}

#[cfg(test)]
mod tests {
    use muster_proto::{
        common::v1::{FeedPosition, WatchChangesRequest},
        deployment::v1::{GetSiteRequest, Site, UpdateSiteRequest},
    };

    use super::*;

    fn of<M: Message + Name>(message: &M) -> Option<String> {
        let descriptor = rules::message(&M::full_name()).unwrap();
        let bytes = message.encode_to_vec();
        let dynamic = DynamicMessage::decode(descriptor, bytes.as_slice()).unwrap();
        mission(&dynamic).map(|mission| mission.as_str().to_owned())
    }

    #[test]
    fn the_mission_of_a_call_stands_in_its_name_its_resource_or_its_only_position() {
        let name = "missions/m/sites/s".to_owned();
        let get = |name: &str| GetSiteRequest { name: name.to_owned(), ..Default::default() };
        assert_eq!(of(&get(&name)).as_deref(), Some("m"));
        let site = Some(Site { name, ..Site::default() });
        let update = UpdateSiteRequest { site, ..UpdateSiteRequest::default() };
        assert_eq!(of(&update).as_deref(), Some("m"));
        let position = |id: &str| FeedPosition { mission: id.to_owned(), ..Default::default() };
        let positions = vec![position("missions/m")];
        let mut watch = WatchChangesRequest { positions, ..Default::default() };
        assert_eq!(of(&watch).as_deref(), Some("m"));
        watch.positions.push(position("missions/n"));
        assert_eq!(of(&watch), None);
        assert_eq!(of(&get("m\nERROR forged")), None);
        assert_eq!(of(&get(&format!("missions/{}", "m".repeat(100)))), None);
    }
}
