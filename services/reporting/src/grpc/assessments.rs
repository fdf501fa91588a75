use muster_proto::reporting::v1::{self as pb, area_control_service_server::AreaControlService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::assessment::Assessment;

#[tonic::async_trait]
impl AreaControlService for Handler {
    async fn create_area_control_assessment(
        &self,
        request: Request<pb::CreateAreaControlAssessmentRequest>,
    ) -> Answer<pb::AreaControlAssessment> {
        standard::create::<Assessment, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_area_control_assessment(
        &self,
        request: Request<pb::UpdateAreaControlAssessmentRequest>,
    ) -> Answer<pb::AreaControlAssessment> {
        standard::update::<Assessment, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_area_control_assessment(
        &self,
        request: Request<pb::DeleteAreaControlAssessmentRequest>,
    ) -> Answer<()> {
        standard::delete::<Assessment, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_area_control_assessment(
        &self,
        request: Request<pb::GetAreaControlAssessmentRequest>,
    ) -> Answer<pb::AreaControlAssessment> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_area_control_assessments(
        &self,
        request: Request<pb::BatchGetAreaControlAssessmentsRequest>,
    ) -> Answer<pb::BatchGetAreaControlAssessmentsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_area_control_assessments(
        &self,
        request: Request<pb::ListAreaControlAssessmentsRequest>,
    ) -> Answer<pb::ListAreaControlAssessmentsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
