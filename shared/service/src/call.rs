//! A call as a handler sees it: its request checked, its caller known, its answer one line.

use std::sync::Arc;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Value};
use prost_types::Timestamp;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::time::Instant;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{AtField, FieldViolation};
use crate::{
    fault, field, identity::Role, page::Page, resource::Resource, rules, server::Caller,
    server::Deadline, status::Reason, status::Refusal, token, token::Token, wire, work::Committed,
    work::Failure,
};
use muster_values::name::MissionId;

/// What a unary handler answers with.
pub type Answer<T> = Result<Response<T>, Status>;

/// A checked request and what is known of the call around it.
#[derive(Debug)]
pub struct Call<M> {
    pub message: M,
    pub context: Context,
}

/// Everything about a call but its request; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    pub caller: Arc<Caller>,
    pub deadline: Instant,
    /// What makes the call safe to repeat, where the caller gave it.
    pub request_id: Option<Uuid>,
    /// SHA-256 of the request without its request_id; zeros where it has none.
    pub fingerprint: [u8; 32],
    /// What the answer must not be older than.
    pub tokens: Arc<[Token]>,
    /// What the caller says of the knowledge that a change records.
    pub remark: Remark,
    /// Of which moment a read is asked.
    pub as_of: AsOf,
    /// The change is only to be tried: everything is checked, and nothing is done.
    pub validate_only: bool,
}

/// What a caller says of the knowledge that a change records.
#[derive(Clone, Debug, Default)]
pub struct Remark {
    /// When it became known; `None` for when it is recorded.
    pub known_at: Option<OffsetDateTime>,
    /// Why.
    pub reason: String,
    /// The revision that was typed wrongly, where this puts it right.
    pub corrects: Option<i64>,
}

/// Of which moment a read is asked: what was known by then, of what stood in the database by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AsOf {
    /// `None` for everything that is known.
    pub known_by: Option<OffsetDateTime>,
    /// `None` for everything that is recorded.
    pub recorded_by: Option<OffsetDateTime>,
}

/// What a caller may touch in a mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Only what belongs to these partners.
    Partners(Vec<String>),
}

impl Scope {
    /// Refuses what belongs to a partner that the caller does not speak for.
    pub fn covers(&self, partner: &str) -> Result<(), Refusal> {
        match self {
            Self::Partners(partners) if !partners.iter().any(|own| own == partner) => {
                Err(not_allowed("the caller does not speak for this partner"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses callers that may touch only a part of the mission.
    pub fn whole(&self) -> Result<(), Refusal> {
        match self {
            Self::All => Ok(()),
            Self::Partners(_) => Err(not_allowed("the caller speaks for a partner only")),
        }
    }
}

impl<M: Message + Name> Call<M> {
    /// Checks a request against the rules of its fields.
    pub fn admit(request: Request<M>) -> Result<Self, Status> {
        let (metadata, extensions, message) = request.into_parts();
        let (Some(caller), Some(deadline)) =
            (extensions.get::<Caller>(), extensions.get::<Deadline>())
        else {
            return Err(not_allowed("the call did not pass the gate").into());
        };
        let asked = examine(&message)?;
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

impl Context {
    /// That of work which nobody called for: the service itself changes what it knows.
    pub fn of_the_service(caller: Arc<Caller>, deadline: Instant) -> Self {
        Self {
            caller,
            deadline,
            request_id: None,
            fingerprint: [0; 32],
            tokens: Arc::default(),
            remark: Remark::default(),
            as_of: AsOf::default(),
            validate_only: false,
        }
    }

    /// To whom a request id belongs.
    pub(crate) fn key_owner(&self) -> &str {
        if fault::mutated("keys-of-all-callers") { "" } else { &self.caller.principal.subject }
    }

    /// What the caller may touch in a mission, if anything.
    pub fn scope(&self, mission: &MissionId) -> Result<Scope, Refusal> {
        let held: Vec<_> = (self.caller.principal.grants.iter())
            .filter(|grant| grant.holds_in(mission.as_str()))
            .filter(|grant| self.caller.allowed.contains(&grant.role))
            .collect();
        if held.is_empty() {
            return Err(not_allowed("no role of the caller allows this in this mission"));
        }
        if held.iter().any(|grant| grant.role != Role::Contributor) {
            return Ok(Scope::All);
        }
        Ok(Scope::Partners(held.iter().filter_map(|grant| grant.partner.clone()).collect()))
    }

    /// The page of a list that is asked for; `of` is what it is a list of. A page's token is good
    /// for the same method and the same `of` only.
    pub fn page(&self, size: i32, token: &str, of: &str) -> Result<Page, Refusal> {
        Page::read(size, token, &format!("{} {of}", self.caller.method))
    }

    /// The missions that the caller's roles speak of; `None` for all.
    pub fn missions(&self) -> Option<Vec<String>> {
        let held: Vec<_> = (self.caller.principal.grants.iter())
            .filter(|grant| self.caller.allowed.contains(&grant.role))
            .map(|grant| grant.mission.clone())
            .collect();
        if held.iter().any(|mission| mission == "*") { None } else { Some(held) }
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            // Only changes are replayed, and `Call::answer` answers those.
            Failure::Replayed(_) => Refusal::new(Reason::Internal, "internal error").into(),
        }
    }
}

/// What every request may say, whatever it is of.
struct Asked {
    request_id: Option<Uuid>,
    fingerprint: [u8; 32],
    remark: Remark,
    as_of: AsOf,
    validate_only: bool,
}

/// Checks the rules, and reads what every request may say.
fn examine<M: Message + Name>(message: &M) -> Result<Asked, Refusal> {
    let unknown = || Refusal::new(Reason::MessageMalformed, "no message of this API");
    let descriptor = rules::message(&M::full_name()).ok_or_else(unknown)?;
    let mut dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .map_err(|_| unknown())?;
    let mut violations = rules::violations_of_request(&dynamic);
    let mut request_id = None;
    if let Some(Value::String(text)) = dynamic.get_field_by_name("request_id").as_deref()
        && !text.is_empty()
    {
        // The nil UUID is what a program has that never made one.
        request_id = Uuid::try_parse(text).ok().filter(|id| !id.is_nil());
        if request_id.is_none() {
            violations.push(FieldViolation::new("must be a UUID, not nil").under("request_id"));
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
    Ok(Asked { request_id, fingerprint, remark, as_of, validate_only })
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

fn not_allowed(sentence: &str) -> Refusal {
    Refusal::new(Reason::NotAllowed, sentence)
}
