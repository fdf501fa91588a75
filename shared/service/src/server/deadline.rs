//! Deadlines: tonic answers CANCELLED and forgets streams; this answers DEADLINE_EXCEEDED.

use std::{
    future::{Ready, ready},
    task::{Context, Poll},
    time::Duration,
};

use futures::future::{BoxFuture, Either};
use tokio::time::Instant;
use tower::{Layer, Service};

use super::{Request, Response, ending};
use crate::{
    deadline::Deadline,
    status::{Reason, Refusal},
};

/// Ends calls at their deadlines, and streams where their callers said so.
#[derive(Clone, Debug)]
pub struct DeadlineLayer {
    /// The longest that a call may take.
    pub limit: Duration,
}

#[derive(Clone, Debug)]
pub struct WithDeadline<S> {
    inner: S,
    limit: Duration,
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = WithDeadline<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WithDeadline { inner, limit: self.limit }
    }
}

impl<S> Service<Request> for WithDeadline<S>
where
    S: Service<Request, Response = Response, Error = Refusal, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Refusal;
    type Future =
        Either<Ready<Result<Response, Refusal>>, BoxFuture<'static, Result<Response, Refusal>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let deadline = Deadline::of(request.headers(), self.limit);
        // Before anything is waited for: timers may be looked at in either order.
        if deadline.at <= Instant::now() {
            return Either::Left(ready(Err(passed())));
        }
        request.extensions_mut().insert(deadline);
        let answer = tokio::time::timeout_at(deadline.at, self.inner.call(request));
        Either::Right(Box::pin(async move {
            let response = answer.await.unwrap_or_else(|_| Err(passed()))?;
            Ok(match deadline.end {
                None => response,
                Some(end) => ending::with(response, async move {
                    tokio::time::sleep_until(end).await;
                    passed()
                }),
            })
        }))
    }
}

fn passed() -> Refusal {
    Refusal::new(Reason::DeadlinePassed, "the deadline passed")
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;

    use super::*;

    /// What comes of a call whose caller gives it so long, and that takes a second.
    async fn with(timeout: &'static str) -> Result<Response, Reason> {
        let slow = tower::service_fn(async |_: Request| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok(Response::default())
        });
        let mut request = Request::default();
        request.headers_mut().insert("grpc-timeout", timeout.parse().unwrap());
        let service = DeadlineLayer { limit: Duration::from_secs(9) }.layer(slow);
        service.oneshot(request).await.map_err(|refusal| refusal.reason())
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_at_its_deadline() {
        with("2S").await.unwrap();
        assert_eq!(with("500m").await.unwrap_err(), Reason::DeadlinePassed);
        assert_eq!(with("0m").await.unwrap_err(), Reason::DeadlinePassed);
    }
}
