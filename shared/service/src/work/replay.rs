//! Answers of calls that are repeated.

use muster_proto::common::v1::ResourceChange;
use prost::Message;
use tonic::{Response, Status, metadata::MetadataValue};

use crate::{call::Answer, context::Scope, status, token::Token};

/// Metadata that says an answer was given before.
const REPLAYED: &str = "muster-replayed";

/// Stands for the whole mission where partners' ids would stand.
const WHOLE: &str = "*";

/// Ids do not contain it, so it separates them.
const COMMA: &str = ",";

/// The answer that a call with the same request id was given: the revision that it made.
#[derive(Debug)]
pub struct Replay {
    /// A `ResourceChange`, as it is kept.
    pub(super) change: Vec<u8>,
    pub(super) token: Token,
}

impl Replay {
    /// The answer again, with the metadata that says so.
    pub fn answer<M: Message + Default>(&self) -> Answer<M> {
        let broken = |error: prost::DecodeError| Status::from(status::internal(&error));
        let change = ResourceChange::decode(self.change.as_slice()).map_err(broken)?;
        let value = change.resource.unwrap_or_default().value;
        let message = M::decode(value.as_slice()).map_err(broken)?;
        let mut response = self.token.attach(Response::new(message));
        response.metadata_mut().insert(REPLAYED, MetadataValue::from_static("1"));
        Ok(response)
    }
}

/// What a caller could touch when it was answered, as it is kept.
pub fn reach(scope: &Scope) -> String {
    match scope {
        Scope::All => WHOLE.to_owned(),
        Scope::Partners(partners) => partners.join(COMMA),
    }
}

/// Whether a caller can still touch all that it could when it was answered.
pub fn reaches_as_far(scope: &Scope, reach: &str) -> bool {
    match scope {
        Scope::All => true,
        Scope::Partners(_) => {
            reach != WHOLE && reach.split(COMMA).all(|partner| scope.covers(partner).is_ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partners(ids: &[&str]) -> Scope {
        Scope::Partners(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    #[test]
    fn an_answer_is_given_again_to_a_caller_who_reaches_as_far() {
        let kept = reach(&partners(&["ken", "ben"]));
        assert!(reaches_as_far(&partners(&["ben", "cub", "ken"]), &kept));
        assert!(reaches_as_far(&Scope::All, &kept));
        assert!(!reaches_as_far(&partners(&["ken"]), &kept));
        assert!(!reaches_as_far(&partners(&[]), &kept));
    }

    #[test]
    fn an_answer_for_the_whole_mission_is_for_the_whole_mission_only() {
        let kept = reach(&Scope::All);
        assert!(reaches_as_far(&Scope::All, &kept));
        assert!(!reaches_as_far(&partners(&["ken", "*"]), &kept));
    }
}
