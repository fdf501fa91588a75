//! The link: serves this service's change feed, and follows the deployment service's.

mod link;

use muster_proto::{
    common::v1::{
        ListChangesRequest, ListChangesResponse, ReadSnapshotRequest, WatchChangesRequest,
    },
    reporting::v1::change_feed_service_server::ChangeFeedService,
};
use muster_service::{
    Answer, Call,
    feed::{Feed, Parts, Watch},
};
use tonic::{Request, Response};

pub use self::link::Link;

/// Answers calls about the feed.
pub struct ChangeFeed {
    feed: Feed,
}

impl ChangeFeed {
    pub fn new(feed: Feed) -> Self {
        Self { feed }
    }
}

#[tonic::async_trait]
impl ChangeFeedService for ChangeFeed {
    type WatchChangesStream = Watch;
    type ReadSnapshotStream = Parts;

    async fn list_changes(
        &self,
        request: Request<ListChangesRequest>,
    ) -> Answer<ListChangesResponse> {
        Ok(Response::new(self.feed.list(Call::admit(request)?).await?))
    }

    async fn watch_changes(&self, request: Request<WatchChangesRequest>) -> Answer<Watch> {
        Ok(self.feed.watch(Call::admit(request)?).await?)
    }

    async fn read_snapshot(&self, request: Request<ReadSnapshotRequest>) -> Answer<Parts> {
        Ok(Response::new(self.feed.snapshot(Call::admit(request)?).await?))
    }
}
