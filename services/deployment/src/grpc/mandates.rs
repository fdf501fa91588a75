use muster_proto::deployment::v1::{self as pb, mandate_service_server::MandateService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, mandates};

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
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "mandates")?;
        Ok(Response::new(self.app.get_mandate(&call.context, name).await?.pack()))
    }

    async fn list_mandates(
        &self,
        request: Request<pb::ListMandatesRequest>,
    ) -> Answer<pb::ListMandatesResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_mandates(&context, &parent, &page).await?;
        Ok(Response::new(pb::ListMandatesResponse {
            mandates: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
