//! Ends what would hold up a stop without end: watches of this service's health.

use std::task::{Context, Poll};

use futures::future::{BoxFuture, Either};
use tokio_util::sync::CancellationToken;
use tower::{Layer, Service};

use super::{Request, Response, ending};
use crate::status::{Reason, Refusal};

/// The library's own stream, which never ends by itself; those of the feed end when they should.
const WATCH: &str = "/grpc.health.v1.Health/Watch";

/// Ends a health watch once the server leaves: by then it has said that it no longer serves.
#[derive(Clone, Debug)]
pub struct DrainLayer {
    /// Cancelled once the server leaves.
    pub leaving: CancellationToken,
}

#[derive(Clone, Debug)]
pub struct Drained<S> {
    inner: S,
    leaving: CancellationToken,
}

impl<S> Layer<S> for DrainLayer {
    type Service = Drained<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Drained { inner, leaving: self.leaving.clone() }
    }
}

impl<S> Service<Request> for Drained<S>
where
    S: Service<Request, Response = Response, Error = Refusal, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Refusal;
    type Future = Either<BoxFuture<'static, Result<Response, Refusal>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let is_watch = request.uri().path() == WATCH;
        let answer = self.inner.call(request);
        if !is_watch {
            return Either::Right(answer);
        }
        let leaving = self.leaving.clone();
        Either::Left(Box::pin(async move {
            Ok(ending::with(answer.await?, async move {
                leaving.cancelled().await;
                Refusal::new(Reason::ShuttingDown, "the server is stopping")
            }))
        }))
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, StreamExt};
    use http_body::Body as _;
    use tonic::body::Body;
    use tower::ServiceExt;

    use super::*;

    /// The status that a stream without an end ends with by itself, once the server leaves.
    async fn status_of(path: &'static str) -> Option<String> {
        let endless = tower::service_fn(async |_: Request| {
            let frames =
                futures::stream::pending::<Result<http_body::Frame<bytes::Bytes>, tonic::Status>>();
            Ok(Response::new(Body::new(Endless(frames))))
        });
        let leaving = CancellationToken::new();
        let mut request = Request::default();
        *request.uri_mut() = path.parse().unwrap();
        let service = DrainLayer { leaving: leaving.clone() }.layer(endless);
        let mut body = service.oneshot(request).await.unwrap().into_body();
        leaving.cancel();
        let frame = std::future::poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx));
        let trailers = frame.now_or_never()??.ok()?.into_trailers().ok()?;
        Some(trailers.get("grpc-status")?.to_str().ok()?.to_owned())
    }

    struct Endless<S>(S);

    impl<S> http_body::Body for Endless<S>
    where
        S: futures::Stream<Item = Result<http_body::Frame<bytes::Bytes>, tonic::Status>> + Unpin,
    {
        type Data = bytes::Bytes;
        type Error = tonic::Status;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, tonic::Status>>> {
            self.0.poll_next_unpin(cx)
        }
    }

    #[tokio::test]
    async fn watches_of_health_end_when_the_server_leaves_and_others_do_not() {
        let unavailable = (tonic::Code::Unavailable as i32).to_string();
        assert_eq!(status_of(WATCH).await, Some(unavailable));
        assert_eq!(status_of("/p.Service/Watch").await, None);
    }
}
