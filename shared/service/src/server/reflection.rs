//! gRPC reflection: it tells clients which methods and messages a server has, in the version that
//! `buf curl` speaks and in the one that older clients speak.

use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use tonic::server::NamedService;
use tonic_reflection::server::{
    Builder, Error,
    v1::{ServerReflection, ServerReflectionServer},
    v1alpha,
};
use tower::Service;

use super::{MAX_QUESTION_BYTES, Request};
use crate::health;

/// The current version, of one package's services.
pub fn current(package: &'static str) -> OnDemand<ServerReflectionServer<impl ServerReflection>> {
    OnDemand::new(move || {
        Ok(builder(package).build_v1()?.max_decoding_message_size(MAX_QUESTION_BYTES))
    })
}

/// The version before it, of one package's services.
pub fn older(
    package: &'static str,
) -> OnDemand<v1alpha::ServerReflectionServer<impl v1alpha::ServerReflection>> {
    OnDemand::new(move || {
        Ok(builder(package).build_v1alpha()?.max_decoding_message_size(MAX_QUESTION_BYTES))
    })
}

fn builder(package: &str) -> Builder<'static> {
    // The details of refusals are shown in words only where their messages are known as well.
    let builder = Builder::configure()
        .register_encoded_file_descriptor_set(muster_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name("grpc.health.v1.Health");
    // The other service's methods are known, but answered elsewhere.
    health::services_of(package)
        .into_iter()
        .filter(|name| !name.is_empty())
        .fold(builder, Builder::with_service_name)
}

/// A service that is made when it is first called: what reflection knows takes megabytes, and most
/// servers are never asked for it.
pub struct OnDemand<S>(Arc<State<S>>);

struct State<S> {
    make: Box<dyn Fn() -> Result<S, Error> + Send + Sync>,
    made: OnceLock<S>,
}

impl<S> OnDemand<S> {
    fn new(make: impl Fn() -> Result<S, Error> + Send + Sync + 'static) -> Self {
        Self(Arc::new(State { make: Box::new(make), made: OnceLock::new() }))
    }
}

impl<S> Clone for OnDemand<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: NamedService> NamedService for OnDemand<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: Service<Request, Error = Infallible> + Clone> Service<Request> for OnDemand<S> {
    type Response = S::Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // tonic's own servers are always ready.
        Poll::Ready(Ok(()))
    }

    #[expect(clippy::expect_used, reason = "the descriptors are ours, and a test reads them")]
    fn call(&mut self, request: Request) -> Self::Future {
        let make = || (self.0.make)().expect("descriptors of our own");
        self.0.made.get_or_init(make).clone().call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_read_our_descriptors() {
        builder("muster.deployment.v1").build_v1().unwrap();
        builder("muster.reporting.v1").build_v1alpha().unwrap();
    }
}
