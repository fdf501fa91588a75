//! Messages as programs read them: protobuf's JSON.

use anyhow::Context;
use muster_service::rules;
use prost::{Message, Name};
use prost_reflect::DynamicMessage;

/// A message as one JSON document.
pub fn pretty<M: Message + Name>(message: &M) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&dynamic(message)?)? + "\n")
}

/// A message as one line of JSON.
pub fn line<M: Message + Name>(message: &M) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&dynamic(message)?)? + "\n")
}

fn dynamic<M: Message + Name>(message: &M) -> anyhow::Result<DynamicMessage> {
    let kind = rules::message(&M::full_name()).context("the message is none of this API")?;
    Ok(DynamicMessage::decode(kind, message.encode_to_vec().as_slice())?)
}

#[cfg(test)]
mod tests {
    use muster_proto::common::v1::{Qualifier, Quantity};

    use super::*;

    #[test]
    fn messages_follow_the_json_mapping_of_protobuf() {
        let quantity = Quantity {
            at_least: Some(2501),
            qualifier: Qualifier::MoreThan.into(),
            as_written: "more than 2,500".into(),
            ..Quantity::default()
        };
        let expected =
            r#"{"atLeast":"2501","qualifier":"QUALIFIER_MORE_THAN","asWritten":"more than 2,500"}"#;
        assert_eq!(line(&quantity).unwrap().trim(), expected);
    }
}
