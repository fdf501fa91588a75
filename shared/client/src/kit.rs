//! The channel that every generated client can be built over.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, header::AUTHORIZATION, request::Parts};
use http_body_util::BodyExt;
use tokio::time::Instant;
use tonic::{
    Status,
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::{
    Service,
    retry::budget::{Budget, TpsBudget},
};

use crate::{
    Policy, Token, attempt,
    deadline::{self, Deadline},
    method::Method,
    outcome::{Failed, Outcome},
    replica::Replicas,
};

/// Over how long repetitions are counted.
const BUDGET_PERIOD: Duration = Duration::from_secs(10);
/// How much may be on its way in a stream.
const STREAM_WINDOW_BYTES: u32 = 1024 * 1024;
/// And in all streams of a connection, the most that there can be: watches that are not read must
/// not hold up whatever else goes over it.
const CONNECTION_WINDOW_BYTES: u32 = (1 << 31) - 1;
/// A server that has much to tell sends it in fewer pieces: each costs a system call of its own.
const FRAME_BYTES: u32 = 64 * 1024;

/// A URL that names no place to call.
#[derive(Debug, thiserror::Error)]
#[error("{url:?} is no URL of a gRPC service")]
pub struct BadUrl {
    url: String,
    #[source]
    cause: Option<tonic::transport::Error>,
}

/// One service at all its replicas; cheap to clone, and clones share connections and budget.
#[derive(Clone)]
pub struct Kit {
    shared: Arc<Shared>,
    token: Token,
}

struct Shared {
    replicas: Replicas,
    policy: Policy,
    budget: TpsBudget,
}

impl Kit {
    /// Begins to connect to replicas, their URLs separated by commas; within a tokio runtime.
    ///
    /// # Panics
    ///
    /// Where no runtime is there, or where the policy's repetitions are no share of 0 to 1.
    pub fn new(urls: &str, policy: Policy) -> Result<Self, BadUrl> {
        let urls = urls.split(',').map(str::trim).filter(|url| !url.is_empty());
        let channels = urls
            .map(|url| Ok((url.to_owned(), open(url, &policy)?)))
            .collect::<Result<Vec<_>, BadUrl>>()?;
        if channels.is_empty() {
            return Err(BadUrl { url: String::new(), cause: None });
        }
        let budget =
            TpsBudget::new(BUDGET_PERIOD, policy.spare_repetitions, policy.repetitions.min(1.0));
        let shared = Shared { replicas: Replicas::attend(channels), policy, budget };
        Ok(Self { shared: Arc::new(shared), token: Token::none() })
    }

    /// The same service, for calls that show this token unless they bring one themselves.
    #[must_use]
    pub fn showing(self, token: Token) -> Self {
        Self { token, ..self }
    }

    /// Whether any replica serves now.
    pub fn is_ready(&self) -> bool {
        self.shared.replicas.any_serves()
    }

    /// Waits until a replica serves, as long as the policy's patience lasts. A refusal names each
    /// replica and its trouble.
    pub async fn ready(&self) -> Result<(), Status> {
        self.shared.replicas.choose(None, self.shared.policy.patience).await.map(|_| ())
    }

    /// Answers a call within its deadline, whatever becomes of the tries.
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let deadline = Deadline::of(request.headers(), self.shared.policy.deadline);
        match tokio::time::timeout_at(deadline.at, self.carry(request, deadline)).await {
            Ok(Ok(response)) => response,
            Ok(Err(status)) => status.into_http(),
            Err(_) => deadline::passed().into_http(),
        }
    }

    async fn carry(
        &self,
        request: Request<Body>,
        deadline: Deadline,
    ) -> Result<Response<Body>, Status> {
        let (mut parts, body) = request.into_parts();
        if !parts.headers.contains_key(AUTHORIZATION)
            && let Some(header) = self.token.header().await?
        {
            parts.headers.insert(AUTHORIZATION, header);
        }
        let Some(method) = Method::known(parts.uri.path()) else {
            return self.pass_on(parts, body, deadline).await;
        };
        let frame = body.collect().await?.to_bytes();
        self.repeat(&parts, &frame, method, deadline).await
    }

    /// Tries until there is an answer, or until it is not safe or not worth it to try again.
    async fn repeat(
        &self,
        parts: &Parts,
        frame: &Bytes,
        method: Method,
        deadline: Deadline,
    ) -> Result<Response<Body>, Status> {
        let Shared { replicas, policy, budget } = &*self.shared;
        let is_repeatable = method.is_repeatable(frame);
        budget.deposit();
        let (mut tried, mut avoid) = (0, None);
        loop {
            let replica = replicas.choose(avoid, policy.patience).await?;
            avoid = Some(replica.index());
            let mut parts = parts.clone();
            if !method.is_stream || deadline.is_the_callers {
                deadline.send(&mut parts.headers);
            }
            let request = Request::from_parts(parts, Body::new(attempt::full(frame.clone())));
            let outcome = attempt::once(replica, request, deadline, method.is_stream).await;
            let failed = match outcome {
                Outcome::Answered(response) => return Ok(response),
                Outcome::Failed(failed) => failed,
            };
            tried += 1;
            let pause = policy.pause(tried, failed.wait);
            let is_worth_it = tried < policy.tries && Instant::now() + pause < deadline.at;
            if !is_worth_it || !may_follow(&failed, is_repeatable, budget) {
                return Err(failed.status);
            }
            tracing::debug!(tried, status = %failed.status, "a call is tried again");
            tokio::time::sleep(pause).await;
        }
    }

    /// A call of which the contract says nothing: to one replica, once, as it comes.
    async fn pass_on(
        &self,
        mut parts: Parts,
        body: Body,
        deadline: Deadline,
    ) -> Result<Response<Body>, Status> {
        let replica = self.shared.replicas.choose(None, self.shared.policy.patience).await?;
        if deadline.is_the_callers {
            deadline.send(&mut parts.headers);
        }
        let request = Request::from_parts(parts, body);
        match attempt::once(replica, request, deadline, true).await {
            Outcome::Answered(response) => Ok(response),
            Outcome::Failed(failed) => Err(failed.status),
        }
    }
}

/// Whether another try is safe: it changes nothing more, and is paid for; or the first one never
/// was one.
fn may_follow(failed: &Failed, is_repeatable: bool, budget: &TpsBudget) -> bool {
    failed.is_unsent || is_repeatable && budget.withdraw()
}

fn open(url: &str, policy: &Policy) -> Result<Channel, BadUrl> {
    let bad = |cause| BadUrl { url: url.to_owned(), cause: Some(cause) };
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(bad)?;
    if endpoint.uri().authority().is_none() {
        return Err(BadUrl { url: url.to_owned(), cause: None });
    }
    Ok(endpoint
        .connect_timeout(policy.connect_limit)
        .http2_keep_alive_interval(policy.keepalive_interval)
        .keep_alive_timeout(policy.keepalive_timeout)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_frame_size(FRAME_BYTES)
        .user_agent("muster")
        .map_err(bad)?
        .connect_lazy())
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit")
            .field("replicas", &self.shared.replicas)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

impl Service<Request<Body>> for Kit {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    /// Always: each call waits for a replica by itself, within its own deadline.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let kit = self.clone();
        Box::pin(async move { Ok(kit.answer(request).await) })
    }
}
