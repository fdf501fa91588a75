//! What the contract says of a method: whether a call of it may be repeated.

use std::{collections::HashMap, sync::LazyLock};

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{
    MethodDescriptor,
    prost_types::{MethodOptions, method_options::IdempotencyLevel},
};

/// One byte says whether the message is compressed, four how long it is.
const FRAME_HEADER_BYTES: usize = 5;

/// What is known of a method by its descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// It changes nothing.
    pub is_read: bool,
    /// It answers with more than one message.
    pub is_stream: bool,
    /// The number of the request's field `request_id`.
    request_id: Option<u32>,
}

/// Every method that takes one message, by its path.
static METHODS: LazyLock<HashMap<String, Method>> = LazyLock::new(|| {
    let methods =
        muster_proto::pool().services().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods
        .filter(|method| !method.is_client_streaming())
        .map(|method| {
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            (path, Method::from(&method))
        })
        .collect()
});

impl From<&MethodDescriptor> for Method {
    fn from(method: &MethodDescriptor) -> Self {
        let options = method.method_descriptor_proto().options.as_ref();
        let level = options.map(MethodOptions::idempotency_level);
        Self {
            is_read: level == Some(IdempotencyLevel::NoSideEffects),
            is_stream: method.is_server_streaming(),
            request_id: method.input().get_field_by_name("request_id").map(|field| field.number()),
        }
    }
}

impl Method {
    /// What is known of a method; nothing of one that is not of this contract.
    pub fn known(path: &str) -> Option<Self> {
        METHODS.get(path).copied()
    }

    /// Whether sending this request again has no more effect than sending it once.
    pub fn is_repeatable(self, frame: &[u8]) -> bool {
        self.is_read || self.request_id.is_some_and(|number| is_given(frame, number).is_some())
    }
}

/// Whether an encoded request gives a text field; what cannot be read gives none.
fn is_given(frame: &[u8], number: u32) -> Option<()> {
    let mut message = frame.get(FRAME_HEADER_BYTES..).filter(|_| frame[0] == 0)?;
    while !message.is_empty() {
        let (tag, wire_type) = decode_key(&mut message).ok()?;
        if tag == number && wire_type == WireType::LengthDelimited {
            return (0 < decode_varint(&mut message).ok()?).then_some(());
        }
        skip_field(wire_type, tag, &mut message, DecodeContext::default()).ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use muster_proto::deployment::v1::{CreateMissionRequest, Mission};
    use prost::Message;

    use super::*;

    const CREATE: &str = "/muster.deployment.v1.MissionService/CreateMission";

    fn frame(request_id: &str) -> Vec<u8> {
        let request = CreateMissionRequest {
            mission_id: "m".into(),
            mission: Some(Mission { display_name: "M".into(), ..Mission::default() }),
            request_id: request_id.into(),
            ..CreateMissionRequest::default()
        };
        let mut frame = vec![0; FRAME_HEADER_BYTES];
        request.encode(&mut frame).unwrap();
        frame
    }

    #[test]
    fn a_change_is_repeatable_where_it_carries_a_request_id() {
        let create = Method::known(CREATE).unwrap();
        assert!(!create.is_read);
        assert!(create.is_repeatable(&frame("0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0001")));
        assert!(!create.is_repeatable(&frame("")));
    }

    #[test]
    fn a_request_that_cannot_be_read_is_not_repeatable() {
        let create = Method::known(CREATE).unwrap();
        let mut compressed = frame("0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0001");
        compressed[0] = 1;
        assert!(!create.is_repeatable(&compressed));
        assert!(!create.is_repeatable(&[]));
        assert!(!create.is_repeatable(&[0, 0, 0, 0, 1, 0xff]));
    }

    #[test]
    fn reads_are_marked_and_a_watch_is_a_stream() {
        let get = Method::known("/muster.deployment.v1.MissionService/GetMission").unwrap();
        assert!(get.is_read && !get.is_stream && get.is_repeatable(&[]));
        let watch = Method::known("/muster.reporting.v1.ChangeFeedService/WatchChanges").unwrap();
        assert!(watch.is_read && watch.is_stream);
        assert_eq!(Method::known("/grpc.health.v1.Health/Check"), None);
    }
}
