use muster_proto::deployment::v1::{self as pb, area_service_server::AreaService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, areas};

#[tonic::async_trait]
impl AreaService for Handler {
    async fn create_area(&self, request: Request<pb::CreateAreaRequest>) -> Answer<pb::Area> {
        let call = Call::admit(request)?;
        let new = areas::create(call.message)?;
        answer(self.app.create_area(&call.context, new).await)
    }

    async fn get_area(&self, request: Request<pb::GetAreaRequest>) -> Answer<pb::Area> {
        let call = Call::admit(request)?;
        let name = areas::code(&call.message.name)?;
        Ok(Response::new(self.app.get_area(&call.context, &name.0, &name.1).await?.pack()))
    }

    async fn list_areas(
        &self,
        request: Request<pb::ListAreasRequest>,
    ) -> Answer<pb::ListAreasResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_areas(&context, &parent, &page).await?;
        Ok(Response::new(pb::ListAreasResponse {
            areas: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
