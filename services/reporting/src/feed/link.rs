//! Follows the deployment service's feed over gRPC.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use muster_client::{Kit, Policy};
use muster_proto::{
    common::v1::{
        Change, FeedPosition, ReadSnapshotRequest, WatchChangesRequest, WatchChangesResponse,
    },
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient,
};
use muster_service::FieldViolation;
use muster_service::{feed::Applied, feed::Follower, server::MAX_RESPONSE_BYTES};
use muster_values::MissionId;
use tonic::{Code, Request, Status, Streaming};

use crate::{
    app::App,
    config::Config,
    convert::{deployment, link},
    domain::deployment::Snapshot,
};

/// How long the peer may take to tell everything of a mission.
const SNAPSHOT_LIMIT: Duration = Duration::from_secs(30);

/// Follows the deployment service's feed.
pub struct Link {
    app: App,
    client: ChangeFeedServiceClient<Kit>,
    token_file: Option<PathBuf>,
}

impl Link {
    /// Prepares to follow; nothing is connected before it does.
    pub fn new(kit: Kit, config: &Config, app: App) -> Self {
        let client = ChangeFeedServiceClient::new(kit)
            .max_decoding_message_size(MAX_RESPONSE_BYTES)
            .accept_compressed(tonic::codec::CompressionEncoding::Gzip);
        Self { app, client, token_file: config.deployment_token_file.clone() }
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

    /// Everything that the deployment service tells of a mission; `None` where there is none.
    async fn snapshot(&self, mission: &str) -> anyhow::Result<Option<Snapshot>> {
        let mut request = self.request(ReadSnapshotRequest { parent: mission.to_owned() }).await?;
        request.set_timeout(SNAPSHOT_LIMIT);
        let mut parts = match self.client.clone().read_snapshot(request).await {
            Ok(parts) => parts.into_inner(),
            Err(status) if status.code() == Code::NotFound => return Ok(None),
            Err(status) => return Err(status.into()),
        };
        let (mut position, mut resources) = (None, Vec::new());
        while let Some(part) = parts.message().await? {
            position = part.position;
            resources.extend(part.resources);
        }
        let position = position.context("the snapshot has no position")?;
        let snapshot = deployment::snapshot(&position, &resources);
        Ok(Some(snapshot.map_err(|violation| unreadable(&violation))?))
    }
}

/// The deployment service at all its replicas, as it is configured.
pub fn peer(config: &Config) -> anyhow::Result<Kit> {
    let url = &config.deployment_url;
    Kit::new(url, Policy::default())
        .with_context(|| format!("the deployment URL {url:?} cannot be read"))
}

fn unreadable(violation: &FieldViolation) -> anyhow::Error {
    anyhow::anyhow!("{} {}", violation.path(), violation.rule())
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
        Ok(self.app.cursors().await?.iter().map(link::position).collect())
    }

    async fn apply(&self, changes: Vec<Change>) -> anyhow::Result<Applied> {
        let received: Result<Vec<_>, _> = changes.iter().map(deployment::change).collect();
        self.app.apply(&received.map_err(|violation| unreadable(&violation))?).await
    }

    async fn renew(&self, mission: &str) -> anyhow::Result<()> {
        let id = MissionId::parse(mission)?;
        // Read before the snapshot, so that a replica that is faster is noticed.
        let cursor = self.app.cursor(&id).await?;
        match (self.snapshot(mission).await?, cursor) {
            (Some(snapshot), cursor) => self.app.renew(cursor.as_ref(), &snapshot).await,
            (None, Some(cursor)) => self.app.forget(&cursor).await,
            (None, None) => Ok(()),
        }
    }
}
