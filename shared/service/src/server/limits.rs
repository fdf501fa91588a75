//! Lets a call in where there is a permit for it, or soon is.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use futures::future::{BoxFuture, Either};
use tower::{Layer, Service};

use super::{Load, Request, Response, policy::IsGet};
use crate::{context::Caller, deadline::Deadline, status::Refusal};

/// Limits how many calls of callers that are known are in progress at once. A stream gives its
/// permit back once it is open; health needs none.
///
/// Reads of one record by its name have permits of their own: they hold no connection to the
/// database each, so more of them go on, and no change keeps them from going on.
#[derive(Clone, Debug)]
pub struct LimitsLayer {
    pub calls: Load,
    pub gets: Load,
}

#[derive(Clone, Debug)]
pub struct Limited<S> {
    inner: S,
    limits: LimitsLayer,
}

impl<S> Layer<S> for LimitsLayer {
    type Service = Limited<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Limited { inner, limits: self.clone() }
    }
}

impl<S> Service<Request> for Limited<S>
where
    S: Service<Request, Response = Response, Error = Refusal, Future: Send + 'static>
        + Clone
        + Send
        + 'static,
{
    type Response = Response;
    type Error = Refusal;
    type Future = Either<BoxFuture<'static, Result<Response, Refusal>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let extensions = request.extensions();
        let (Some(caller), Some(deadline)) =
            (extensions.get::<Caller>(), extensions.get::<Deadline>())
        else {
            return Either::Right(self.inner.call(request));
        };
        let (subject, deadline) = (Arc::clone(&caller.principal.subject), deadline.at);
        let is_get = extensions.get::<IsGet>().is_some();
        let load = if is_get { self.limits.gets.clone() } else { self.limits.calls.clone() };
        // `poll_ready` made this instance ready, so the call takes it; a clone stays for the next call.
        let copy = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, copy);
        Either::Left(Box::pin(async move {
            let _permit = load.enter(subject, deadline).await?;
            inner.call(request).await
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt;
    use http::HeaderMap;
    use tower::ServiceExt;

    use super::*;
    use crate::{identity::Principal, status::Reason};

    fn call(caller: Option<&str>) -> Request {
        let mut request = Request::default();
        if let Some(subject) = caller {
            let (subject, grants) = (subject.into(), Arc::default());
            let principal = Principal { subject, grants, until: None };
            let caller = Caller { principal, method: "/call".into(), allowed: &[] };
            request.extensions_mut().insert(caller);
        }
        let deadline = Deadline::of(&HeaderMap::new(), Duration::from_secs(9));
        request.extensions_mut().insert(deadline);
        request
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_without_a_permit_is_refused_but_a_get_has_one_and_health_needs_none() {
        let slow = tower::service_fn(async |_: Request| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(Response::default())
        });
        let limits = LimitsLayer { calls: Load::new(1), gets: Load::new(1) };
        let service = limits.layer(slow);
        let mut first = Box::pin(service.clone().oneshot(call(Some("a"))));
        assert!((&mut first).now_or_never().is_none());
        let refused = service.clone().oneshot(call(Some("b"))).await.unwrap_err();
        assert_eq!(refused.reason(), Reason::Overloaded);
        service.clone().oneshot(call(None)).await.unwrap();
        let mut get = call(Some("b"));
        get.extensions_mut().insert(IsGet);
        service.clone().oneshot(get).await.unwrap();
        first.await.unwrap();
        service.oneshot(call(Some("b"))).await.unwrap();
    }
}
