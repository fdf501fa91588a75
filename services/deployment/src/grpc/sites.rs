use muster_proto::deployment::v1::{self as pb, site_service_server::SiteService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::convert::{self, sites};

#[tonic::async_trait]
impl SiteService for Handler {
    async fn create_site(&self, request: Request<pb::CreateSiteRequest>) -> Answer<pb::Site> {
        let call = Call::admit(request)?;
        let new = sites::create(call.message)?;
        answer(self.app.create_site(&call.context, new).await)
    }

    async fn get_site(&self, request: Request<pb::GetSiteRequest>) -> Answer<pb::Site> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_sites(
        &self,
        request: Request<pb::BatchGetSitesRequest>,
    ) -> Answer<pb::BatchGetSitesResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_sites(
        &self,
        request: Request<pb::ListSitesRequest>,
    ) -> Answer<pb::ListSitesResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn record_site_status(
        &self,
        request: Request<pb::RecordSiteStatusRequest>,
    ) -> Answer<pb::Site> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "sites")?;
        let status = sites::record(message.status)?;
        answer(self.app.record_site_status(&context, name, &message.etag, status).await)
    }
}
