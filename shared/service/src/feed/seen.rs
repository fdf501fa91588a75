//! Holds a service against what its own callers have seen of it.

use super::log::Head;
use crate::{Database, context::Context, status::Reason, status::Refusal, token::Token};
use muster_values::name::MissionId;

impl Database {
    /// Refuses consistency tokens of another epoch or beyond the head (data lost in a restore);
    /// `None` for a call that is about every mission.
    pub async fn still_has(
        &self,
        context: &Context,
        mission: Option<&MissionId>,
    ) -> Result<(), Refusal> {
        let seen = context.tokens.iter().filter(|token| {
            token.service == self.schema
                && token.position != 0
                && match mission {
                    Some(mission) => *mission == token.mission,
                    // Who makes a token up learns nothing of missions that are not theirs.
                    None => context.scope(&token.mission).is_ok(),
                }
        });
        for token in seen {
            check_token(self.head(&token.mission).await?.as_ref(), token)?;
        }
        Ok(())
    }
}

/// Refuses a consistency token of another epoch or beyond the head (data lost in a restore).
pub fn check_token(head: Option<&Head>, token: &Token) -> Result<(), Refusal> {
    let mission = token.mission.name();
    let last = head.map_or(0, |head| head.last_position);
    match head {
        Some(head) if head.epoch != token.epoch => {
            let message =
                format!("the feed of {mission} has a new epoch; read the snapshot, then watch");
            Err(Refusal::new(Reason::FeedEpochChanged, message).with("epoch", head.epoch))
        }
        _ if last < token.position => {
            let message = format!("the feed of {mission} ends at {last}");
            Err(Refusal::new(Reason::FeedPositionAhead, message))
        }
        _ => Ok(()),
    }
}
