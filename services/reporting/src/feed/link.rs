//! Follows the deployment service's feed over gRPC.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use muster_client::{Kit, Policy};
use muster_proto::{
    common::v1::{
        Change, FeedPosition, ListChangesRequest, WatchChangesRequest, WatchChangesResponse,
    },
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient,
};
use muster_service::{
    feed::{Applied, Follower, is_lost},
    server::MAX_RESPONSE_BYTES,
};
use tonic::{Request, Status, Streaming};

use crate::{
    app::{App, Cursor},
    config::Config,
    grpc::convert::deployment,
};

/// How long the peer may take to say whether a place still means anything.
const ASK_LIMIT: Duration = Duration::from_secs(10);

/// Follows the deployment service's feed.
pub struct Link {
    app: App,
    kit: Kit,
    client: ChangeFeedServiceClient<Kit>,
    token_file: Option<PathBuf>,
}

impl Link {
    /// Prepares to follow; nothing is connected before it does.
    pub fn new(config: &Config, app: App) -> anyhow::Result<Self> {
        let url = &config.deployment_url;
        let kit = Kit::new(url, Policy::default())
            .with_context(|| format!("the deployment URL {url:?} cannot be read"))?;
        let client = ChangeFeedServiceClient::new(kit.clone())
            .max_decoding_message_size(MAX_RESPONSE_BYTES)
            .accept_compressed(tonic::codec::CompressionEncoding::Gzip);
        Ok(Self { app, kit, client, token_file: config.deployment_token_file.clone() })
    }

    /// The deployment service at all its replicas.
    pub fn kit(&self) -> Kit {
        self.kit.clone()
    }

    /// A request that shows who asks. The token is read anew each time: it may have been renewed.
    async fn request<M>(&self, message: M) -> Result<Request<M>, Status> {
        let mut request = Request::new(message);
        let Some(path) = &self.token_file else { return Ok(request) };
        let unreadable =
            |what: &str| Status::unauthenticated(format!("the token in {} {what}", path.display()));
        let token = tokio::fs::read_to_string(path)
            .await
            .map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
        let bearer = format!("Bearer {}", token.trim())
            .parse()
            .map_err(|_| unreadable("does not fit into a header"))?;
        request.metadata_mut().insert("authorization", bearer);
        Ok(request)
    }

    /// Whether the deployment service refuses a place for good.
    async fn means_nothing(&self, cursor: &Cursor) -> Result<bool, Status> {
        let ask = ListChangesRequest {
            parent: cursor.mission.name(),
            after_position: cursor.position,
            epoch: cursor.epoch.to_string(),
            page_size: 1,
        };
        let mut request = self.request(ask).await?;
        request.set_timeout(ASK_LIMIT);
        match self.client.clone().list_changes(request).await {
            Ok(_) => Ok(false),
            Err(status) if is_lost(&status) => Ok(true),
            Err(status) => Err(status),
        }
    }
}

impl Follower for Link {
    async fn open(
        &self,
        request: WatchChangesRequest,
    ) -> Result<Streaming<WatchChangesResponse>, Status> {
        let request = self.request(request).await?;
        Ok(self.client.clone().watch_changes(request).await?.into_inner())
    }

    async fn positions(&self) -> anyhow::Result<Vec<FeedPosition>> {
        let places = self.app.places().await?.into_iter();
        Ok(places
            .map(|cursor| FeedPosition {
                mission: cursor.mission.name(),
                epoch: cursor.epoch.to_string(),
                position: cursor.position,
            })
            .collect())
    }

    async fn apply(&self, change: Change) -> anyhow::Result<Applied> {
        let heard = deployment::heard(&change)
            .map_err(|violation| anyhow::anyhow!("{} {}", violation.path(), violation.rule()))?;
        self.app.apply(&heard).await
    }

    /// Forgets only those missions whose places the deployment service refuses.
    async fn reset(&self) -> anyhow::Result<()> {
        for cursor in self.app.places().await? {
            if self.means_nothing(&cursor).await? {
                self.app.forget(&cursor).await?;
            }
        }
        Ok(())
    }
}
