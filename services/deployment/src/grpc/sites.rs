use muster_proto::deployment::v1::{self as pb, site_service_server::SiteService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::{
    convert::{place, sites},
    domain::site::Site,
};

#[tonic::async_trait]
impl SiteService for Handler {
    async fn create_site(&self, request: Request<pb::CreateSiteRequest>) -> Answer<pb::Site> {
        standard::create::<Site, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_site(&self, request: Request<pb::UpdateSiteRequest>) -> Answer<pb::Site> {
        standard::update::<Site, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_site(&self, request: Request<pb::DeleteSiteRequest>) -> Answer<()> {
        standard::delete::<Site, _, _>(&self.app, Call::admit(request)?).await
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
        let name = place::<Site>(&message.name)?;
        let status = sites::record(message.status)?;
        answer(self.app.record_site_status(&context, name, &message.etag, status).await)
    }
}
