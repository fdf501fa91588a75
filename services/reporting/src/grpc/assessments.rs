use muster_proto::reporting::v1::{self as pb, area_control_service_server::AreaControlService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::convert::assessments;

#[tonic::async_trait]
impl AreaControlService for Handler {
    async fn create_area_control_assessment(
        &self,
        request: Request<pb::CreateAreaControlAssessmentRequest>,
    ) -> Answer<pb::AreaControlAssessment> {
        let call = Call::admit(request)?;
        let new = assessments::create(call.message)?;
        answer(self.app.create_assessment(&call.context, new).await)
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
