//! Serves this service's change feed; `link` follows the deployment service's.

mod link;

use muster_proto::{
    common::v1::{
        ListChangesRequest, ListChangesResponse, ReadSnapshotRequest, WatchChangesRequest,
    },
    reporting::v1::change_feed_service_server::ChangeFeedService,
};
use muster_service::{Answer, Call, Context, feed::Feed, feed::Parts, feed::Watch};
use muster_values::MissionId;
use tonic::{Request, Response, Status};

use crate::app::App;

pub use self::link::{Link, peer};

/// Answers calls about the feed.
pub struct ChangeFeed {
    feed: Feed,
    app: App,
}

impl ChangeFeed {
    pub fn new(feed: Feed, app: App) -> Self {
        Self { feed, app }
    }

    /// Waits until what the caller has seen of the deployment service is known here. A name that
    /// cannot be read is refused by the feed.
    async fn caught_up(&self, context: &Context, mission: &str) -> Result<(), Status> {
        let Ok(mission) = MissionId::parse(mission) else { return Ok(()) };
        context.scope(&mission)?;
        Ok(self.app.caught_up(context, &mission).await?)
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
        let call = Call::admit(request)?;
        self.caught_up(&call.context, &call.message.parent).await?;
        Ok(Response::new(self.feed.list(call).await?))
    }

    async fn watch_changes(&self, request: Request<WatchChangesRequest>) -> Answer<Watch> {
        let call = Call::admit(request)?;
        for position in &call.message.positions {
            self.caught_up(&call.context, &position.mission).await?;
        }
        Ok(self.feed.watch(call).await?)
    }

    async fn read_snapshot(&self, request: Request<ReadSnapshotRequest>) -> Answer<Parts> {
        let call = Call::admit(request)?;
        self.caught_up(&call.context, &call.message.parent).await?;
        Ok(Response::new(self.feed.snapshot(call).await?))
    }
}
