use muster_proto::deployment::v1::{self as pb, mandate_service_server::MandateService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::mandate::Mandate;

#[tonic::async_trait]
impl MandateService for Handler {
    async fn create_mandate(
        &self,
        request: Request<pb::CreateMandateRequest>,
    ) -> Answer<pb::Mandate> {
        standard::create::<Mandate, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_mandate(
        &self,
        request: Request<pb::UpdateMandateRequest>,
    ) -> Answer<pb::Mandate> {
        standard::update::<Mandate, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_mandate(&self, request: Request<pb::DeleteMandateRequest>) -> Answer<()> {
        standard::delete::<Mandate, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_mandate(&self, request: Request<pb::GetMandateRequest>) -> Answer<pb::Mandate> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_mandates(
        &self,
        request: Request<pb::BatchGetMandatesRequest>,
    ) -> Answer<pb::BatchGetMandatesResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_mandates(
        &self,
        request: Request<pb::ListMandatesRequest>,
    ) -> Answer<pb::ListMandatesResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
