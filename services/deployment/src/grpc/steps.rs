use muster_proto::deployment::v1::{
    self as pb, contingent_step_service_server::ContingentStepService,
};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::contingent::ContingentStep;

#[tonic::async_trait]
impl ContingentStepService for Handler {
    async fn get_contingent_step(
        &self,
        request: Request<pb::GetContingentStepRequest>,
    ) -> Answer<pb::ContingentStep> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_contingent_steps(
        &self,
        request: Request<pb::BatchGetContingentStepsRequest>,
    ) -> Answer<pb::BatchGetContingentStepsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_contingent_steps(
        &self,
        request: Request<pb::ListContingentStepsRequest>,
    ) -> Answer<pb::ListContingentStepsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn update_contingent_step(
        &self,
        request: Request<pb::UpdateContingentStepRequest>,
    ) -> Answer<pb::ContingentStep> {
        standard::update::<ContingentStep, _, _>(&self.app, Call::admit(request)?).await
    }
}
