//! Lets callers wait for what they have seen of the deployment service.

use std::time::Duration;

use muster_service::{Context, Reason, Refusal, token::Token};
use muster_values::MissionId;
use tokio::time::Instant;

use super::App;
use crate::{domain::link::Cursor, store::link};

/// The service whose feed is followed, as its consistency tokens name it.
const PEER: &str = "deployment";
/// How long a caller is let wait for the link.
const PATIENCE: Duration = Duration::from_secs(2);
/// What is kept of a caller's time to answer in.
const MARGIN: Duration = Duration::from_millis(100);
/// How often the cursor is read, which another replica may have moved.
const POLL: Duration = Duration::from_millis(50);
const RETRY_DELAY: Duration = Duration::from_millis(500);

impl App {
    /// Waits, within the caller's time, until everything is applied that the caller has seen of
    /// the deployment service, and refuses one who has seen more of this service than there is.
    pub async fn caught_up(&self, context: &Context, mission: &MissionId) -> Result<(), Refusal> {
        self.database.still_has(context, Some(mission)).await?;
        let seen: Vec<&Token> = (context.tokens.iter())
            .filter(|token| token.service == PEER && token.mission == *mission)
            .collect();
        if seen.is_empty() {
            return Ok(());
        }
        let end = context.deadline.checked_sub(MARGIN).unwrap_or(context.deadline);
        let end = end.min(Instant::now() + PATIENCE);
        loop {
            let applied = self.applied.notified();
            let mut db = self.database.connection().await?;
            let cursor = link::cursor(&mut db, mission).await?;
            drop(db);
            let Some(ahead) = seen.iter().find(|token| !has_reached(cursor.as_ref(), token)) else {
                return Ok(());
            };
            if end <= Instant::now() {
                return Err(behind(cursor.as_ref(), ahead));
            }
            // Woken or not, the next look decides.
            let _ = tokio::time::timeout_at(end.min(Instant::now() + POLL), applied).await;
        }
    }
}

fn has_reached(cursor: Option<&Cursor>, token: &Token) -> bool {
    token.position == 0
        || cursor
            .is_some_and(|cursor| cursor.epoch == token.epoch && token.position <= cursor.position)
}

/// Why a caller waited in vain.
fn behind(cursor: Option<&Cursor>, token: &Token) -> Refusal {
    let mission = token.mission.name();
    match cursor {
        Some(cursor) if cursor.epoch != token.epoch => {
            let message =
                format!("the feed of {mission} has another epoch; read the snapshot, then watch");
            Refusal::new(Reason::FeedEpochChanged, message).with("epoch", cursor.epoch)
        }
        _ => {
            let message = format!("what was written to {mission} has not arrived here yet");
            Refusal::new(Reason::NotCaughtUp, message).retry_after(RETRY_DELAY)
        }
    }
}
