//! How the program speaks to the services: two channels and one token.

use std::time::Duration;

use anyhow::Context;
use http::uri::PathAndQuery;
use muster_client::{Kit, Policy, Token};
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use tonic::{
    Request, Response, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// How long to look for a service that answers; people wait for it.
const PATIENCE: Duration = Duration::from_secs(3);

/// What shows a token with each call.
pub type Authorized = Kit;

/// Both services, with the caller's token.
#[derive(Clone, Debug)]
pub struct Client {
    pub deployment: Authorized,
    pub reporting: Authorized,
}

impl Client {
    /// Takes both services; `None` for services that ask for no token.
    pub fn new(deployment: Kit, reporting: Kit, token: Option<&str>) -> Self {
        let token = token.map(Token::text).unwrap_or_default();
        Self { deployment: deployment.showing(token.clone()), reporting: reporting.showing(token) }
    }

    /// The same services with another token.
    #[must_use]
    pub fn showing(&self, token: &str) -> Self {
        Self::new(self.deployment.clone(), self.reporting.clone(), Some(token))
    }

    /// The service that answers a method, by the package of its proto.
    pub fn service_of(&self, method: &MethodDescriptor) -> Option<&Authorized> {
        match method.parent_service().package_name() {
            "muster.deployment.v1" => Some(&self.deployment),
            "muster.reporting.v1" => Some(&self.reporting),
            _ => None,
        }
    }

    /// Calls a method that is known by its descriptor only.
    pub async fn call(
        &self,
        method: &MethodDescriptor,
        request: Request<DynamicMessage>,
    ) -> Result<Response<DynamicMessage>, Status> {
        let unknown = || Status::unimplemented(format!("no service has {}", method.full_name()));
        let mut grpc = Grpc::new(self.service_of(method).ok_or_else(unknown)?.clone());
        grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        let path = PathAndQuery::try_from(path).map_err(|_| unknown())?;
        grpc.unary(request, path, Dynamic { answer: method.output() }).await
    }
}

/// Connects to a service of this name, at one URL or several separated by commas.
pub async fn connect(service: &str, urls: &str) -> anyhow::Result<Kit> {
    let policy = Policy { patience: PATIENCE, ..Policy::default() };
    let kit = Kit::new(urls, policy)
        .with_context(|| format!("{urls:?} is no address of the {service} service"))?;
    kit.ready().await?;
    Ok(kit)
}

/// Messages that are known by their descriptors.
#[derive(Clone, Debug)]
struct Dynamic {
    answer: MessageDescriptor,
}

impl Codec for Dynamic {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        self.clone()
    }

    fn decoder(&mut self) -> Self {
        self.clone()
    }
}

impl Encoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        prost::Message::encode(&item, buffer)
            .map_err(|error| Status::resource_exhausted(error.to_string()))
    }
}

impl Decoder for Dynamic {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        DynamicMessage::decode(self.answer.clone(), buffer)
            .map(Some)
            .map_err(|error| Status::data_loss(format!("the answer cannot be read: {error}")))
    }
}
