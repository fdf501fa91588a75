//! How the program speaks to the services: two channels and one token.

use std::time::Duration;

use anyhow::Context;
use http::uri::PathAndQuery;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use tonic::{
    Request, Response, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};

const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Until an answer begins; a stream then goes on as long as it likes.
const ANSWER_LIMIT: Duration = Duration::from_secs(40);

/// A channel that shows a token with each call.
pub type Authorized = InterceptedService<Channel, Bearer>;

/// Both services, with the caller's token.
#[derive(Clone, Debug)]
pub struct Client {
    pub deployment: Authorized,
    pub reporting: Authorized,
}

/// Shows a token with each call.
#[derive(Clone, Debug)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Client {
    /// Takes two channels; `None` for services that ask for no token.
    pub fn new(
        deployment: Channel,
        reporting: Channel,
        token: Option<&str>,
    ) -> anyhow::Result<Self> {
        let bearer = Bearer(token.map(header).transpose()?);
        Ok(Self {
            deployment: Authorized::new(deployment, bearer.clone()),
            reporting: Authorized::new(reporting, bearer),
        })
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

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.0 {
            request.metadata_mut().insert("authorization", header.clone());
        }
        Ok(request)
    }
}

/// Opens a channel to a service of this name.
pub async fn connect(service: &str, url: &str) -> anyhow::Result<Channel> {
    let endpoint = Endpoint::from_shared(url.to_owned())
        .with_context(|| format!("{url:?} is no address of the {service} service"))?
        .connect_timeout(CONNECT_LIMIT)
        .timeout(ANSWER_LIMIT)
        .user_agent("muster")?;
    Ok(endpoint.connect().await?)
}

fn header(token: &str) -> anyhow::Result<MetadataValue<Ascii>> {
    let header = format!("Bearer {}", token.trim());
    let mut header: MetadataValue<Ascii> = header.parse().context("the token is no token")?;
    header.set_sensitive(true);
    Ok(header)
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
