use muster_proto::reporting::v1::{self as pb, link_service_server::LinkService};
use muster_service::{Answer, Call};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, link};

#[tonic::async_trait]
impl LinkService for Handler {
    async fn get_link_status(
        &self,
        request: Request<pb::GetLinkStatusRequest>,
    ) -> Answer<pb::LinkStatus> {
        let call = Call::admit(request)?;
        let mission = convert::mission(&call.message.name, "name")?;
        Ok(Response::new(link::status(&self.app.link_status(&call.context, mission).await?)))
    }

    async fn list_parked_changes(
        &self,
        request: Request<pb::ListParkedChangesRequest>,
    ) -> Answer<pb::ListParkedChangesResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_parked(&context, &mission, &page).await?;
        Ok(Response::new(pb::ListParkedChangesResponse {
            parked_changes: paged.items.iter().map(link::parked).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
