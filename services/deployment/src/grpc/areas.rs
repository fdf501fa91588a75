use muster_proto::deployment::v1::{self as pb, area_service_server::AreaService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::convert::areas;

#[tonic::async_trait]
impl AreaService for Handler {
    async fn create_area(&self, request: Request<pb::CreateAreaRequest>) -> Answer<pb::Area> {
        let call = Call::admit(request)?;
        let new = areas::create(call.message)?;
        answer(self.app.create_area(&call.context, new).await)
    }

    async fn get_area(&self, request: Request<pb::GetAreaRequest>) -> Answer<pb::Area> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_areas(
        &self,
        request: Request<pb::BatchGetAreasRequest>,
    ) -> Answer<pb::BatchGetAreasResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_areas(
        &self,
        request: Request<pb::ListAreasRequest>,
    ) -> Answer<pb::ListAreasResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
