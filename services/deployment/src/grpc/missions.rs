use muster_proto::deployment::v1::{self as pb, mission_service_server::MissionService};
use muster_service::{Answer, Call, standard, standard_service};
use tonic::Request;

use super::Handler;
use crate::domain::mission::Mission;

standard_service! {
    MissionService for Handler {
        create_mission: create of Mission (pb::CreateMissionRequest) -> pb::Mission;
        update_mission: update of Mission (pb::UpdateMissionRequest) -> pb::Mission;
        get_mission: get(pb::GetMissionRequest) -> pb::Mission;
        batch_get_missions: batch_get(pb::BatchGetMissionsRequest) -> pb::BatchGetMissionsResponse;
    }

    async fn list_missions(
        &self,
        request: Request<pb::ListMissionsRequest>,
    ) -> Answer<pb::ListMissionsResponse> {
        standard::list_missions(self.app.database(), Call::admit(request)?).await
    }
}
