use muster_proto::deployment::v1::{
    self as pb, readiness_check_service_server::ReadinessCheckService,
};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::readiness::ReadinessCheck;

#[tonic::async_trait]
impl ReadinessCheckService for Handler {
    async fn create_readiness_check(
        &self,
        request: Request<pb::CreateReadinessCheckRequest>,
    ) -> Answer<pb::ReadinessCheck> {
        standard::create::<ReadinessCheck, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_readiness_check(
        &self,
        request: Request<pb::UpdateReadinessCheckRequest>,
    ) -> Answer<pb::ReadinessCheck> {
        standard::update::<ReadinessCheck, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_readiness_check(
        &self,
        request: Request<pb::DeleteReadinessCheckRequest>,
    ) -> Answer<()> {
        standard::delete::<ReadinessCheck, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_readiness_check(
        &self,
        request: Request<pb::GetReadinessCheckRequest>,
    ) -> Answer<pb::ReadinessCheck> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_readiness_checks(
        &self,
        request: Request<pb::BatchGetReadinessChecksRequest>,
    ) -> Answer<pb::BatchGetReadinessChecksResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_readiness_checks(
        &self,
        request: Request<pb::ListReadinessChecksRequest>,
    ) -> Answer<pb::ListReadinessChecksResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
