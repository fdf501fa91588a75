use muster_proto::{
    common::v1::{ListRevisionsRequest, ListRevisionsResponse},
    reporting::v1::history_service_server::HistoryService,
};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;

#[tonic::async_trait]
impl HistoryService for Handler {
    async fn list_revisions(
        &self,
        request: Request<ListRevisionsRequest>,
    ) -> Answer<ListRevisionsResponse> {
        standard::list_revisions(&self.app, Call::admit(request)?).await
    }
}
