//! A gRPC server with its limits, and everything that a call passes before it is handled.

mod connection;
mod line;
mod answer;
mod check;
mod metadata;
mod deadline;
mod drain;
mod identity;
mod policy;
mod limits;
mod load;
mod ending;
pub mod reflection;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use http::HeaderMap;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{Code, body::Body, service::Routes, transport};
use tower::{Layer, Service, ServiceBuilder};
use uuid::Uuid;

use crate::{Clock, Shutdown, context::CalledAt, identity::Keys, policy::Policy, status::Refusal};

use self::{
    answer::AnswerLayer, check::check, deadline::DeadlineLayer, drain::DrainLayer,
    limits::LimitsLayer, line::LineLayer,
};

pub use self::load::Load;

/// A call and its answer, as the layers see them.
type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// The largest request: answers may be larger. A stream may reserve this much for one header.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
/// The largest question of those that need no place: for health, and for what there is to ask.
pub const MAX_QUESTION_BYTES: usize = 4 * 1024;
/// The largest answer.
pub const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

const MAX_STREAMS: u32 = 1024;
/// The transport answers larger metadata without a grpc-status, or ends the connection; what is
/// smaller, and larger than anything needs, is refused by a layer and the connection goes on.
const MAX_HEADER_BYTES: u32 = 1024 * 1024;
/// When a client is asked to connect anew, so that clients come to new replicas in time. Streams
/// that run go on; with a grace they would be cut.
const CONNECTION_AGE: Duration = Duration::from_mins(30);
/// A peer that went silent holds what it opened for no longer than both together; one that does
/// not answer that soon would not be answered in time either.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(2);

/// What decides whether a call is let in.
#[derive(Clone)]
pub struct Gate {
    /// `None` lets everybody do everything; only for a loopback address.
    pub keys: Option<Arc<Keys>>,
    pub policy: Arc<Policy>,
    /// By which the moments of requests are judged.
    pub clock: Clock,
    /// The longest that a call may take.
    pub call_limit: Duration,
    /// How much is done at once.
    pub load: Load,
}

/// A gRPC server that has its port but does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    notice: Duration,
}

impl Server {
    /// Takes the port. Once shutdown is asked for, calls are still taken for as long as `notice`.
    pub async fn bind(address: SocketAddr, notice: Duration) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, notice })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers calls until shutdown is asked for and balancers had notice of it, lets those in
    /// flight finish within the grace, then cuts whatever is still connected.
    pub async fn serve(self, routes: Routes, gate: Gate, shutdown: Shutdown) -> anyhow::Result<()> {
        tracing::info!(address = %self.address, "listening");
        let (leaving, cut) = (CancellationToken::new(), CancellationToken::new());
        let incoming = connection::incoming(self.listener, cut.clone());
        let noticed = {
            let (shutdown, leaving) = (shutdown.clone(), leaving.clone());
            async move {
                shutdown.asked().await;
                tokio::time::sleep(self.notice).await;
                leaving.cancel();
            }
        };
        // tonic passes no limit at all where hyper has one, so each is set by hand.
        let server = transport::Server::builder()
            .layer(layers(gate, leaving.clone()))
            .max_concurrent_streams(MAX_STREAMS)
            .http2_max_local_error_reset_streams(Some(256))
            .http2_max_pending_accept_reset_streams(Some(20))
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .max_connection_age(CONNECTION_AGE + spread())
            .initial_stream_window_size(256 * 1024)
            .initial_connection_window_size(1024 * 1024)
            .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
            .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, noticed);
        tokio::pin!(server);
        tokio::select! {
            result = &mut server => return result.context("the gRPC server failed"),
            () = async { leaving.cancelled().await; tokio::time::sleep(shutdown.grace()).await } => {}
        }
        // tonic waits for silent connections and open streams without end; these end now.
        cut.cancel();
        server.await.context("the gRPC server failed")
    }
}

/// Some minutes that differ from replica to replica, so that not all clients come at once.
fn spread() -> Duration {
    Duration::from_secs(Uuid::now_v7().as_bytes()[15].into())
}

/// Everything that a call passes before it is handled, the outermost first, and that its answer
/// passes afterwards.
///
/// They stand around all routes at once: the router would copy and box each of them for each
/// route. From the third on they refuse with a `Refusal`, which the second makes an answer of.
fn layers<S>(
    gate: Gate,
    leaving: CancellationToken,
) -> impl Layer<
    S,
    Service: Service<Request, Response = Response, Error = Infallible, Future: Send>
                 + Clone
                 + Send
                 + 'static,
> + Clone
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + 'static,
{
    ServiceBuilder::new()
        .layer(LineLayer)
        .layer(AnswerLayer)
        .layer(check(metadata::limit))
        .layer(DeadlineLayer { limit: gate.call_limit })
        .layer(DrainLayer { leaving })
        // Only those who are known and may compete for a place.
        .layer(check(identity::identify(gate.keys)))
        .layer(check(policy::allow(gate.policy)))
        .layer(check(called_at(gate.clock)))
        .layer(LimitsLayer { gets: gate.load.of_gets(), calls: gate.load })
        .map_err(|never: Infallible| match never {})
        .into_inner()
}

/// Adds to each call when it came.
fn called_at(
    clock: Clock,
) -> impl Fn(&mut Request) -> Result<(), Refusal> + Clone + Send + Sync + 'static {
    move |request| {
        request.extensions_mut().insert(CalledAt(clock.now()));
        Ok(())
    }
}

/// The code of an answer that is nothing but a refusal, or in the trailers of one.
fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}

/// Wraps a handler into its generated server, with the limits that hold for every message:
/// `serve!(PledgeServiceServer<_>, handler)`.
#[macro_export]
macro_rules! serve {
    ($server:ty, $handler:expr) => {
        <$server>::new($handler)
            .max_decoding_message_size($crate::server::MAX_REQUEST_BYTES)
            .max_encoding_message_size($crate::server::MAX_RESPONSE_BYTES)
            .accept_compressed(tonic::codec::CompressionEncoding::Gzip)
            .send_compressed(tonic::codec::CompressionEncoding::Gzip)
    };
}
