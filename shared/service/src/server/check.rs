//! A layer that lets a call in where a function does not refuse it.

use std::{
    future::{Ready, ready},
    task::{Context, Poll},
};

use futures::future::Either;
use tower::{Layer, Service};

use super::{Request, Response};
use crate::status::Refusal;

/// Holds each call against `check`, which may add to it what is further in wants to know. Nothing
/// is waited for, so it costs no allocation.
pub fn check<C>(check: C) -> CheckLayer<C>
where
    C: Fn(&mut Request) -> Result<(), Refusal> + Clone,
{
    CheckLayer(check)
}

#[derive(Clone)]
pub struct CheckLayer<C>(C);

#[derive(Clone)]
pub struct Checked<C, S> {
    check: C,
    inner: S,
}

impl<C: Clone, S> Layer<S> for CheckLayer<C> {
    type Service = Checked<C, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Checked { check: self.0.clone(), inner }
    }
}

impl<C, S> Service<Request> for Checked<C, S>
where
    C: Fn(&mut Request) -> Result<(), Refusal>,
    S: Service<Request, Response = Response, Error = Refusal>,
{
    type Response = Response;
    type Error = Refusal;
    type Future = Either<Ready<Result<Response, Refusal>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        match (self.check)(&mut request) {
            Ok(()) => Either::Right(self.inner.call(request)),
            Err(refusal) => Either::Left(ready(Err(refusal))),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use tower::ServiceExt;

    use super::*;
    use crate::status::Reason;

    /// The call as it is further in, or the reason why it does not get there.
    pub async fn passed<C>(check: C, request: Request) -> Result<Request, Reason>
    where
        C: Fn(&mut Request) -> Result<(), Refusal> + Clone,
    {
        let inner = tower::service_fn(async |request: Request| {
            let mut response = Response::default();
            response
                .extensions_mut()
                .insert(std::sync::Arc::new(std::sync::Mutex::new(Some(request))));
            Ok(response)
        });
        let response = super::check(check).layer(inner).oneshot(request).await;
        let response = response.map_err(|refusal| refusal.reason())?;
        let held = response.extensions().get::<std::sync::Arc<std::sync::Mutex<Option<Request>>>>();
        Ok(held.unwrap().lock().unwrap().take().unwrap())
    }

    #[tokio::test]
    async fn what_is_refused_does_not_get_further() {
        let refuse = |_: &mut Request| Err(Refusal::new(Reason::NotAllowed, "no"));
        assert_eq!(passed(refuse, Request::default()).await.unwrap_err(), Reason::NotAllowed);
        passed(|_: &mut Request| Ok(()), Request::default()).await.unwrap();
    }
}
