//! Follows a change feed over all replicas, however often a watch breaks off.

use std::{collections::BTreeMap, time::Duration};

pub use muster_proto::common::v1::watch_changes_response::Step;
use muster_proto::{
    common::v1::{FeedPosition, WatchChangesRequest, WatchChangesResponse},
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient as DeploymentFeed,
    reporting::v1::change_feed_service_client::ChangeFeedServiceClient as ReportingFeed,
};
use tokio::time::Instant;
use tonic::{Code, Status, Streaming};

use crate::{Kit, outcome::wait};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A watch that held for so long broke off for a new reason.
const HELD: Duration = Duration::from_secs(5);

/// Whose feed is followed.
#[derive(Clone, Copy, Debug)]
enum Feed {
    Deployment,
    Reporting,
}

/// Follows a feed from recorded positions; what [`next`](Self::next) gave counts as applied once
/// it is asked again, and a watch that breaks off goes on after that, at whichever replica.
#[derive(Debug)]
pub struct Follow {
    kit: Kit,
    feed: Feed,
    places: BTreeMap<String, FeedPosition>,
    include_others: bool,
    given: Option<FeedPosition>,
    watch: Option<Streaming<WatchChangesResponse>>,
    opened: Instant,
    pause: Duration,
}

impl Follow {
    /// Follows the deployment service's feed after these positions, and that of every other
    /// mission from its beginning where `include_others` says so.
    pub fn deployment(kit: Kit, after: Vec<FeedPosition>, include_others: bool) -> Self {
        Self::new(kit, Feed::Deployment, after, include_others)
    }

    /// Follows the reporting service's feed in the same way.
    pub fn reporting(kit: Kit, after: Vec<FeedPosition>, include_others: bool) -> Self {
        Self::new(kit, Feed::Reporting, after, include_others)
    }

    fn new(kit: Kit, feed: Feed, after: Vec<FeedPosition>, include_others: bool) -> Self {
        let places = after.into_iter().map(|place| (place.mission.clone(), place)).collect();
        let (opened, pause) = (Instant::now(), FIRST_PAUSE);
        Self { kit, feed, places, include_others, given: None, watch: None, opened, pause }
    }

    /// The position applied last in each mission's feed.
    pub fn places(&self) -> impl Iterator<Item = &FeedPosition> {
        self.places.values()
    }

    /// The next change or bookmark; waits for it as long as it takes, over any break. What was
    /// given before counts as applied from now on.
    ///
    /// # Errors
    ///
    /// A refusal that waiting does not mend, such as FEED_EPOCH_CHANGED or FEED_COMPACTED: the
    /// caller lists anew and follows from there.
    pub async fn next(&mut self) -> Result<Step, Status> {
        if let Some(applied) = self.given.take() {
            self.places.insert(applied.mission.clone(), applied);
        }
        loop {
            match self.step().await {
                Ok(Some(step)) => {
                    self.given = Some(match &step {
                        Step::Change(change) => FeedPosition {
                            mission: change.mission.clone(),
                            epoch: change.epoch.clone(),
                            position: change.position,
                        },
                        Step::Bookmark(place) => place.clone(),
                    });
                    return Ok(step);
                }
                Ok(None) => self.broke_off(Duration::ZERO).await,
                Err(status) if passes(&status) || self.outlived_its_token(&status) => {
                    tracing::debug!(%status, "a watch broke off");
                    self.broke_off(wait(&status).unwrap_or_default()).await;
                }
                Err(status) => return Err(status),
            }
        }
    }

    /// Whether an open watch ended with the token that it was opened with; the next one shows
    /// whichever took its place.
    fn outlived_its_token(&self, status: &Status) -> bool {
        self.watch.is_some() && status.code() == Code::Unauthenticated
    }

    async fn step(&mut self) -> Result<Option<Step>, Status> {
        if self.watch.is_none() {
            self.watch = Some(self.open().await?);
            self.opened = Instant::now();
        }
        while let Some(watch) = &mut self.watch {
            match watch.message().await? {
                Some(WatchChangesResponse { step: Some(step) }) => return Ok(Some(step)),
                // A kind of step that this client does not know of.
                Some(WatchChangesResponse { step: None }) => {}
                None => break,
            }
        }
        Ok(None)
    }

    async fn open(&self) -> Result<Streaming<WatchChangesResponse>, Status> {
        let positions = self.places.values().cloned().collect();
        let request = WatchChangesRequest { positions, include_others: self.include_others };
        let kit = self.kit.clone();
        let watch = match self.feed {
            Feed::Deployment => DeploymentFeed::new(kit).watch_changes(request).await?,
            Feed::Reporting => ReportingFeed::new(kit).watch_changes(request).await?,
        };
        Ok(watch.into_inner())
    }

    /// Waits before the next watch, for as long as the server asked at least.
    async fn broke_off(&mut self, wait: Duration) {
        self.watch = None;
        if HELD < self.opened.elapsed() {
            self.pause = FIRST_PAUSE;
        }
        tokio::time::sleep(wait + self.pause.mul_f64(fastrand::f64())).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether a watch may go on after a while: breaks of the connection, stops and overload of a
/// server pass; refusals do not.
pub fn passes(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable
            | Code::Unknown
            | Code::Cancelled
            | Code::Internal
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Aborted
    )
}
