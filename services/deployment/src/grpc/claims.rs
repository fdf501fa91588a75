use muster_proto::deployment::v1::{
    self as pb, strength_claim_service_server::StrengthClaimService,
};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::convert::claims;

#[tonic::async_trait]
impl StrengthClaimService for Handler {
    async fn create_strength_claim(
        &self,
        request: Request<pb::CreateStrengthClaimRequest>,
    ) -> Answer<pb::StrengthClaim> {
        let call = Call::admit(request)?;
        let new = claims::create(call.message)?;
        answer(self.app.create_claim(&call.context, new).await)
    }

    async fn get_strength_claim(
        &self,
        request: Request<pb::GetStrengthClaimRequest>,
    ) -> Answer<pb::StrengthClaim> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_strength_claims(
        &self,
        request: Request<pb::BatchGetStrengthClaimsRequest>,
    ) -> Answer<pb::BatchGetStrengthClaimsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_strength_claims(
        &self,
        request: Request<pb::ListStrengthClaimsRequest>,
    ) -> Answer<pb::ListStrengthClaimsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
