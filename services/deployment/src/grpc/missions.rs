use muster_proto::deployment::v1::{self as pb, mission_service_server::MissionService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, missions};

#[tonic::async_trait]
impl MissionService for Handler {
    async fn create_mission(
        &self,
        request: Request<pb::CreateMissionRequest>,
    ) -> Answer<pb::Mission> {
        let call = Call::admit(request)?;
        let new = missions::create(call.message)?;
        answer(self.app.create_mission(&call.context, new).await)
    }

    async fn get_mission(&self, request: Request<pb::GetMissionRequest>) -> Answer<pb::Mission> {
        let call = Call::admit(request)?;
        let id = convert::mission(&call.message.name, "name")?;
        Ok(Response::new(self.app.get_mission(&call.context, &id).await?.pack()))
    }

    async fn list_missions(
        &self,
        request: Request<pb::ListMissionsRequest>,
    ) -> Answer<pb::ListMissionsResponse> {
        let call = Call::admit(request)?;
        let page = call.context.page(call.message.page_size, &call.message.page_token, "")?;
        let paged = self.app.list_missions(&call.context, &page).await?;
        Ok(Response::new(pb::ListMissionsResponse {
            missions: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
