use muster_proto::deployment::v1::{self as pb, mission_service_server::MissionService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::mission::Mission;

#[tonic::async_trait]
impl MissionService for Handler {
    async fn create_mission(
        &self,
        request: Request<pb::CreateMissionRequest>,
    ) -> Answer<pb::Mission> {
        standard::create::<Mission, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_mission(
        &self,
        request: Request<pb::UpdateMissionRequest>,
    ) -> Answer<pb::Mission> {
        standard::update::<Mission, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_mission(&self, request: Request<pb::GetMissionRequest>) -> Answer<pb::Mission> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_missions(
        &self,
        request: Request<pb::BatchGetMissionsRequest>,
    ) -> Answer<pb::BatchGetMissionsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_missions(
        &self,
        request: Request<pb::ListMissionsRequest>,
    ) -> Answer<pb::ListMissionsResponse> {
        standard::list_missions(self.app.database(), Call::admit(request)?).await
    }
}
