use muster_proto::deployment::v1::{self as pb, mandate_service_server::MandateService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::convert::mandates;

#[tonic::async_trait]
impl MandateService for Handler {
    async fn create_mandate(
        &self,
        request: Request<pb::CreateMandateRequest>,
    ) -> Answer<pb::Mandate> {
        let call = Call::admit(request)?;
        let new = mandates::create(call.message)?;
        answer(self.app.create_mandate(&call.context, new).await)
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
