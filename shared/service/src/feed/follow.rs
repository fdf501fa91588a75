//! Follows another service's feed, however often the link breaks.

use std::{future::Future, time::Duration};

use muster_proto::common::v1::{
    Change, FeedPosition, WatchChangesRequest, WatchChangesResponse, watch_changes_response::Step,
};
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt;

use crate::{
    Shutdown, fault,
    status::{Reason, word},
};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What became of a change that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is part of the projection now.
    Now,
    /// Its place is taken, or is not next: another replica was faster, or a delivery was
    /// repeated or lost. The follower goes back to what it has recorded.
    OutOfTurn,
}

/// Something that follows a feed.
pub trait Follower: Send + Sync {
    /// Opens a watch of the feed.
    fn open(
        &self,
        request: WatchChangesRequest,
    ) -> impl Future<Output = Result<Streaming<WatchChangesResponse>, Status>> + Send;

    /// The recorded place in each mission's feed.
    fn positions(&self) -> impl Future<Output = anyhow::Result<Vec<FeedPosition>>> + Send;

    /// Applies one change and records its place, both in one transaction.
    fn apply(&self, change: Change) -> impl Future<Output = anyhow::Result<Applied>> + Send;

    /// Forgets what was learnt of feeds that have a new epoch or were compacted, so that they
    /// are followed from the beginning again.
    fn reset(&self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Follows until shutdown; each failure is logged, waited out, and tried again.
pub async fn follow(follower: impl Follower, shutdown: Shutdown) {
    let mut pause = FIRST_PAUSE;
    loop {
        let before = tokio::time::Instant::now();
        match shutdown.unless_asked(once(&follower)).await {
            None => return,
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "cannot follow the feed; trying again"
                );
            }
        }
        // A link that held for a while is tried again at once.
        pause = if LONGEST_PAUSE < before.elapsed() { FIRST_PAUSE } else { pause };
        if shutdown.unless_asked(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Follows from the recorded places until the link breaks or a change comes out of turn.
async fn once(follower: &impl Follower) -> anyhow::Result<()> {
    let positions = follower.positions().await?;
    let mut watch =
        match follower.open(WatchChangesRequest { positions, include_others: true }).await {
            Ok(watch) => watch,
            Err(status) => return recover(follower, status).await,
        };
    loop {
        match watch.message().await {
            Ok(Some(WatchChangesResponse { step: Some(Step::Change(change)) })) => {
                let (mission, position) = (change.mission.clone(), change.position);
                for change in fault::deliveries(change) {
                    if follower.apply(change).await? == Applied::OutOfTurn {
                        let said = "a change came out of turn; reading again";
                        tracing::info!(%mission, position, said);
                        return Ok(());
                    }
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(status) => return recover(follower, status).await,
        }
    }
}

/// Resets the follower where its places mean nothing any more; else passes the failure on.
async fn recover(follower: &impl Follower, status: Status) -> anyhow::Result<()> {
    if is_lost(&status) {
        tracing::warn!(%status, "the feed does not go on from here; following from its beginning");
        return follower.reset().await;
    }
    Err(status.into())
}

/// Whether a feed refuses a place because it means nothing there any more.
pub fn is_lost(status: &Status) -> bool {
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let lost = [Reason::FeedEpochChanged, Reason::FeedCompacted, Reason::FeedPositionAhead];
    lost.iter().any(|lost| word(*lost) == reason) || status.code() == Code::NotFound
}
