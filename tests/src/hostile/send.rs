//! Sends bytes as they are, with metadata as it is.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};
use futures::TryStreamExt;
use http::uri::PathAndQuery;
use prost_reflect::MethodDescriptor;
use tonic::{
    Request, Status,
    client::{Grpc, GrpcService},
    codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
};

/// Answers may be larger than what clients take unasked: that is for the tests of pages.
const MOST_ANSWER: usize = 8 * 1024 * 1024;

/// A watch goes on until its caller has enough, and one that has nothing to tell is a good one.
const WATCH: &str = "WatchChanges";
const WATCHED: Duration = Duration::from_millis(100);

/// The message of an answer, or all of a stream; or why there is none.
pub type Answer = Result<Vec<Bytes>, Status>;

/// The path of a method.
pub fn path(method: &MethodDescriptor) -> PathAndQuery {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    PathAndQuery::try_from(path).unwrap()
}

/// Calls a method with a message of these bytes; a stream is read to its end, a watch until its
/// first message.
pub async fn send<C>(
    channel: C,
    method: &MethodDescriptor,
    bytes: Vec<u8>,
    metadata: MetadataMap,
) -> Answer
where
    C: GrpcService<tonic::body::Body>,
    C::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    <C::ResponseBody as http_body::Body>::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    C::Error: std::fmt::Display,
{
    let grpc = Grpc::new(channel).max_decoding_message_size(MOST_ANSWER);
    // Requests may say that they take it.
    let mut grpc = grpc.accept_compressed(CompressionEncoding::Gzip);
    grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let request = Request::from_parts(metadata, http::Extensions::default(), bytes);
    if !method.is_server_streaming() {
        return Ok(vec![grpc.unary(request, path(method), Raw).await?.into_inner()]);
    }
    let mut answers = grpc.server_streaming(request, path(method), Raw).await?.into_inner();
    if method.name() == WATCH {
        let first = tokio::time::timeout(WATCHED, answers.message()).await;
        return Ok(first.unwrap_or(Ok(None))?.into_iter().collect());
    }
    answers.try_collect().await
}

/// Bytes in, bytes out.
#[derive(Clone, Copy, Debug, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
