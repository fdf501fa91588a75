//! What a caller may: refuses callers of whose roles the policy allows none.

use std::sync::Arc;

use super::Request;
use crate::{
    context::Caller,
    identity::Principal,
    policy::{Policy, Rule},
    status::{Reason, Refusal},
};

/// Marks a call that answers with one record by its name.
#[derive(Clone, Copy, Debug)]
pub struct IsGet;

/// Adds to each call who makes it with which roles. Anybody who is known may ask what methods
/// there are.
pub fn allow(
    policy: Arc<Policy>,
) -> impl Fn(&mut Request) -> Result<(), Refusal> + Clone + Send + Sync + 'static {
    move |request| {
        let path = request.uri().path();
        // A method that does not exist is answered as such further in.
        let Some(Rule { allowed, is_get }) = policy.rule(path) else { return Ok(()) };
        let method = path.into();
        let Some(principal) = request.extensions_mut().remove::<Principal>() else {
            return Err(Refusal::new(Reason::CallerUnknown, "a valid token is needed"));
        };
        if !principal.grants.iter().any(|grant| allowed.contains(&grant.role)) {
            return Err(Refusal::new(Reason::NotAllowed, "no role of the caller allows this"));
        }
        request.extensions_mut().insert(Caller { principal, method, allowed });
        if is_get {
            request.extensions_mut().insert(IsGet);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::{Grant, Role},
        server::check::tests::passed,
    };

    async fn call(path: &'static str, role: Role) -> Result<Request, Reason> {
        let policy = Policy::of_rows("p", &[("Service/Method", &[Role::Staff])]);
        let grants = [Grant::everywhere(role)].into();
        let mut request = Request::default();
        *request.uri_mut() = path.parse().unwrap();
        request.extensions_mut().insert(Principal { subject: "a".into(), grants, until: None });
        passed(allow(Arc::new(policy)), request).await
    }

    #[tokio::test]
    async fn only_roles_that_the_policy_allows_get_in() {
        let request = call("/p.Service/Method", Role::Staff).await.unwrap();
        assert_eq!(&*request.extensions().get::<Caller>().unwrap().method, "/p.Service/Method");
        let refused = call("/p.Service/Method", Role::Auditor).await;
        assert_eq!(refused.unwrap_err(), Reason::NotAllowed);
    }

    #[tokio::test]
    async fn a_method_that_does_not_exist_is_let_through_without_a_caller() {
        let request = call("/p.Service/Other", Role::Staff).await.unwrap();
        assert!(request.extensions().get::<Caller>().is_none());
    }
}
