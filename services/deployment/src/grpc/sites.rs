use muster_proto::deployment::v1::{self as pb, site_service_server::SiteService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

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
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "sites")?;
        Ok(Response::new(self.app.get_site(&call.context, name).await?.pack()))
    }

    async fn list_sites(
        &self,
        request: Request<pb::ListSitesRequest>,
    ) -> Answer<pb::ListSitesResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_sites(&context, &parent, &page).await?;
        Ok(Response::new(pb::ListSitesResponse {
            sites: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
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
