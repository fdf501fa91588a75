use muster_proto::deployment::v1::{self as pb, partner_service_server::PartnerService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, partners};

#[tonic::async_trait]
impl PartnerService for Handler {
    async fn create_partner(
        &self,
        request: Request<pb::CreatePartnerRequest>,
    ) -> Answer<pb::Partner> {
        let call = Call::admit(request)?;
        let new = partners::create(call.message)?;
        answer(self.app.create_partner(&call.context, new).await)
    }

    async fn get_partner(&self, request: Request<pb::GetPartnerRequest>) -> Answer<pb::Partner> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "partners")?;
        Ok(Response::new(self.app.get_partner(&call.context, name).await?.pack()))
    }

    async fn list_partners(
        &self,
        request: Request<pb::ListPartnersRequest>,
    ) -> Answer<pb::ListPartnersResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_partners(&context, &parent, &page).await?;
        Ok(Response::new(pb::ListPartnersResponse {
            partners: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
