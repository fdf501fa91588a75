//! Who calls, and everything else about a call but its request.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    identity::{Principal, Role},
    page::Page,
    status::{Reason, Refusal},
    token::Token,
};
use muster_values::name::MissionId;

pub use muster_values::AsOf;

/// Who calls which method, and which roles may.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    /// The method's path, `/package.Service/Method`.
    pub method: Arc<str>,
    pub allowed: &'static [Role],
}

/// When a call came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CalledAt(pub OffsetDateTime);

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
    pub fn require_whole_mission(&self) -> Result<(), Refusal> {
        match self {
            Self::All => Ok(()),
            Self::Partners(_) => Err(not_allowed("the caller speaks for a partner only")),
        }
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
        &self.caller.principal.subject
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

pub(crate) fn not_allowed(sentence: &str) -> Refusal {
    Refusal::new(Reason::NotAllowed, sentence)
}
