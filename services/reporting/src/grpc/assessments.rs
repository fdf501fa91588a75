use muster_proto::reporting::v1::{self as pb, area_control_service_server::AreaControlService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, assessments};

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
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "areaControlAssessments")?;
        Ok(Response::new(self.app.get_assessment(&call.context, name).await?.pack()))
    }

    async fn list_area_control_assessments(
        &self,
        request: Request<pb::ListAreaControlAssessmentsRequest>,
    ) -> Answer<pb::ListAreaControlAssessmentsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_assessments(&context, &mission, &page).await?;
        Ok(Response::new(pb::ListAreaControlAssessmentsResponse {
            area_control_assessments: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
