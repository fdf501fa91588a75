//! Holds a service against what its own callers have seen of it.

use super::log::Head;
use crate::{
    Database,
    call::Context,
    name::MissionId,
    status::{Reason, Refusal},
    token::Token,
};

impl Database {
    /// Refuses a caller who has seen more of this service than there is: what it saw was of
    /// another life of the feed, or is lost. `None` for a call that is about every mission.
    pub async fn still_has(
        &self,
        context: &Context,
        mission: Option<&MissionId>,
    ) -> Result<(), Refusal> {
        let seen = context.tokens.iter().filter(|token| {
            token.service == self.schema.name
                && token.position != 0
                && match mission {
                    Some(mission) => *mission == token.mission,
                    // Who makes a token up learns nothing of missions that are not theirs.
                    None => context.scope(&token.mission).is_ok(),
                }
        });
        for token in seen {
            still_has(self.head(&token.mission).await?.as_ref(), token)?;
        }
        Ok(())
    }
}

fn still_has(head: Option<&Head>, token: &Token) -> Result<(), Refusal> {
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
