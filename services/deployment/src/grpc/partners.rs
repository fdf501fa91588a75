use muster_proto::deployment::v1::{self as pb, partner_service_server::PartnerService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::partner::Partner;

#[tonic::async_trait]
impl PartnerService for Handler {
    async fn create_partner(
        &self,
        request: Request<pb::CreatePartnerRequest>,
    ) -> Answer<pb::Partner> {
        standard::create::<Partner, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_partner(
        &self,
        request: Request<pb::UpdatePartnerRequest>,
    ) -> Answer<pb::Partner> {
        standard::update::<Partner, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_partner(&self, request: Request<pb::DeletePartnerRequest>) -> Answer<()> {
        standard::delete::<Partner, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_partner(&self, request: Request<pb::GetPartnerRequest>) -> Answer<pb::Partner> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_partners(
        &self,
        request: Request<pb::BatchGetPartnersRequest>,
    ) -> Answer<pb::BatchGetPartnersResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_partners(
        &self,
        request: Request<pb::ListPartnersRequest>,
    ) -> Answer<pb::ListPartnersResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
