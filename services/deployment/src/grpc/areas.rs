use muster_proto::deployment::v1::{self as pb, area_service_server::AreaService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::area::Area;

#[tonic::async_trait]
impl AreaService for Handler {
    async fn create_area(&self, request: Request<pb::CreateAreaRequest>) -> Answer<pb::Area> {
        standard::create::<Area, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_area(&self, request: Request<pb::UpdateAreaRequest>) -> Answer<pb::Area> {
        standard::update::<Area, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_area(&self, request: Request<pb::DeleteAreaRequest>) -> Answer<()> {
        standard::delete::<Area, _, _>(&self.app, Call::admit(request)?).await
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
