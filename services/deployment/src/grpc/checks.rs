use muster_proto::deployment::v1::{
    self as pb, readiness_check_service_server::ReadinessCheckService,
};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, checks};

#[tonic::async_trait]
impl ReadinessCheckService for Handler {
    async fn create_readiness_check(
        &self,
        request: Request<pb::CreateReadinessCheckRequest>,
    ) -> Answer<pb::ReadinessCheck> {
        let call = Call::admit(request)?;
        let new = checks::create(call.message)?;
        answer(self.app.create_check(&call.context, new).await)
    }

    async fn get_readiness_check(
        &self,
        request: Request<pb::GetReadinessCheckRequest>,
    ) -> Answer<pb::ReadinessCheck> {
        let call = Call::admit(request)?;
        let name = checks::name(&call.message.name)?;
        Ok(Response::new(self.app.get_check(&call.context, name).await?.pack()))
    }

    async fn list_readiness_checks(
        &self,
        request: Request<pb::ListReadinessChecksRequest>,
    ) -> Answer<pb::ListReadinessChecksResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::contingent(&message.parent)?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_checks(&context, parent, &page).await?;
        Ok(Response::new(pb::ListReadinessChecksResponse {
            readiness_checks: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
