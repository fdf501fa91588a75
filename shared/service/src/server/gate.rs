//! Lets a call in where its caller is known and has a role that the policy allows.

use std::sync::{Arc, LazyLock};

use axum::extract::Request;
use http::HeaderMap;

use super::Gate;
use crate::{
    identity::{Grant, Principal, Role},
    status::{Reason, Refusal},
};

/// Probes have no token; they learn only whether the service is up.
const OPEN: &str = "/grpc.health.v1.Health/";

/// Everything, for `--insecure`.
static EVERYBODY: LazyLock<Principal> = LazyLock::new(|| Principal {
    subject: "insecure".into(),
    grants: [Role::Staff, Role::Monitor, Role::Analyst, Role::Editor, Role::Auditor, Role::Service]
        .map(Grant::everywhere)
        .into(),
    until: None,
});

/// Who calls which method, and which roles may.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    /// The method's path, `/package.Service/Method`.
    pub method: Arc<str>,
    pub allowed: &'static [Role],
}

/// Refuses callers that are unknown, and roles that the policy does not allow. Anybody with a
/// good token may ask what methods there are.
pub fn admit(gate: &Gate, request: &mut Request) -> Result<(), Refusal> {
    let path = request.uri().path();
    if path.starts_with(OPEN) {
        return Ok(());
    }
    let principal = match &gate.keys {
        None => Some(EVERYBODY.clone()),
        Some(keys) => bearer(request.headers()).and_then(|token| keys.verify(token)),
    };
    let Some(principal) = principal else {
        return Err(Refusal::new(Reason::CallerUnknown, "a valid token is needed"));
    };
    // A method that does not exist is answered as such further in.
    if let Some(allowed) = gate.policy.roles(path) {
        if !principal.grants.iter().any(|grant| allowed.contains(&grant.role)) {
            return Err(Refusal::new(Reason::NotAllowed, "no role of the caller allows this"));
        }
        let method = path.into();
        request.extensions_mut().insert(Caller { principal, method, allowed });
    }
    Ok(())
}

/// The token of `authorization: Bearer …`, where there is exactly one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(http::header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}
