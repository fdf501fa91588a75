use muster_proto::deployment::v1::{self as pb, site_service_server::SiteService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::site::{Site, SiteStatus};

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

    async fn create_site_status(
        &self,
        request: Request<pb::CreateSiteStatusRequest>,
    ) -> Answer<pb::SiteStatus> {
        standard::create::<SiteStatus, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_site_status(
        &self,
        request: Request<pb::UpdateSiteStatusRequest>,
    ) -> Answer<pb::SiteStatus> {
        standard::update::<SiteStatus, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_site_status(
        &self,
        request: Request<pb::DeleteSiteStatusRequest>,
    ) -> Answer<()> {
        standard::delete::<SiteStatus, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_site_status(
        &self,
        request: Request<pb::GetSiteStatusRequest>,
    ) -> Answer<pb::SiteStatus> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_site_statuses(
        &self,
        request: Request<pb::BatchGetSiteStatusesRequest>,
    ) -> Answer<pb::BatchGetSiteStatusesResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_site_statuses(
        &self,
        request: Request<pb::ListSiteStatusesRequest>,
    ) -> Answer<pb::ListSiteStatusesResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
