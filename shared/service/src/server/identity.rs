//! Who calls: refuses callers that are not known.

use std::sync::{Arc, LazyLock};

use http::HeaderMap;
use tracing::Span;

use super::Request;
use crate::{
    identity::{Grant, Keys, Principal, Role},
    status::{Reason, Refusal},
};

/// Probes have no token; they learn only whether the service is up.
pub const OPEN: &str = "/grpc.health.v1.Health/";

/// Everything, for `--insecure`.
static EVERYBODY: LazyLock<Principal> = LazyLock::new(|| Principal {
    subject: "insecure".into(),
    grants: [Role::Staff, Role::Monitor, Role::Analyst, Role::Editor, Role::Auditor, Role::Service]
        .map(Grant::everywhere)
        .into(),
    until: None,
});

/// Adds to each call who makes it, where that is known by `keys`; without keys it is everybody.
pub fn identify(
    keys: Option<Arc<Keys>>,
) -> impl Fn(&mut Request) -> Result<(), Refusal> + Clone + Send + Sync + 'static {
    move |request| {
        if request.uri().path().starts_with(OPEN) {
            return Ok(());
        }
        let principal = match &keys {
            None => Some(EVERYBODY.clone()),
            Some(keys) => bearer(request.headers()).and_then(|token| keys.verify(token)),
        };
        let Some(principal) = principal else {
            return Err(Refusal::new(Reason::CallerUnknown, "a valid token is needed"));
        };
        Span::current().record("caller", &*principal.subject);
        request.extensions_mut().insert(principal);
        Ok(())
    }
}

/// The token of `authorization: Bearer …`, where there is exactly one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(http::header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::check::tests::passed;

    fn to(path: &'static str) -> Request {
        let mut request = Request::default();
        *request.uri_mut() = path.parse().unwrap();
        request
    }

    #[tokio::test]
    async fn who_shows_no_token_learns_only_whether_the_service_is_up() {
        let keys: Keys = Keys::none();
        let identify = identify(Some(Arc::new(keys)));
        let refused = passed(identify.clone(), to("/p.Service/Method")).await;
        assert_eq!(refused.unwrap_err(), Reason::CallerUnknown);
        passed(identify, to("/grpc.health.v1.Health/Check")).await.unwrap();
    }

    #[tokio::test]
    async fn where_there_are_no_keys_everybody_is_known() {
        let request = passed(identify(None), to("/p.Service/Method")).await.unwrap();
        let principal = request.extensions().get::<Principal>().unwrap();
        assert_eq!(&*principal.subject, "insecure");
    }
}
