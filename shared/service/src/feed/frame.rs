//! Answers of a watch as they go over the wire, encoded once for all watchers.

use bytes::{BufMut, Bytes, BytesMut};
use muster_proto::common::v1::{
    Change, FeedPosition, WatchChangesResponse, watch_changes_response::Step,
};
use prost::{
    Message,
    encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len},
};
use uuid::Uuid;

use super::log::{Head, Kept};

/// The number of `change` in `WatchChangesResponse`.
const CHANGE: u32 = 1;
/// What gRPC writes before a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Appends a change as a message of a watch.
pub fn change(out: &mut BytesMut, epoch: Uuid, kept: &Kept) {
    // What the database keeps is the message's encoding but for these three. Their place among
    // the fields does not matter, so nothing is decoded.
    let rest = Change {
        epoch: epoch.to_string(),
        position: kept.position,
        hash: kept.hash.clone(),
        ..Change::default()
    };
    let length = kept.payload.len() + rest.encoded_len();
    let whole = key_len(CHANGE) + encoded_len_varint(length as u64) + length;
    prefix(out, whole);
    encode_key(CHANGE, WireType::LengthDelimited, out);
    encode_varint(length as u64, out);
    out.put_slice(&kept.payload);
    rest.encode_raw(out);
}

/// A message that says where a reader is that has everything.
pub fn bookmark(head: &Head, position: i64) -> Bytes {
    let bookmark =
        FeedPosition { mission: head.mission.name(), epoch: head.epoch.to_string(), position };
    let message = WatchChangesResponse { step: Some(Step::Bookmark(bookmark)) };
    let mut out = BytesMut::with_capacity(PREFIX + message.encoded_len());
    prefix(&mut out, message.encoded_len());
    message.encode_raw(&mut out);
    out.freeze()
}

fn prefix(out: &mut BytesMut, length: usize) {
    out.reserve(PREFIX + length);
    out.put_u8(0);
    // No change is longer than 3 MiB.
    out.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let content = Change { mission: "missions/m".into(), ..Change::default() };
        let kept = Kept { position: 7, payload: content.encode_to_vec(), hash: vec![1, 2] };
        let epoch = Uuid::now_v7();
        let mut out = BytesMut::new();
        change(&mut out, epoch, &kept);
        let step = WatchChangesResponse::decode(&out[PREFIX..]).unwrap().step.unwrap();
        let told = Change { epoch: epoch.to_string(), position: 7, hash: vec![1, 2], ..content };
        assert_eq!(step, Step::Change(told));
        assert_eq!(out[..PREFIX], [0, 0, 0, 0, u8::try_from(out.len() - PREFIX).unwrap()]);
    }
}
