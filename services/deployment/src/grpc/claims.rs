use muster_proto::deployment::v1::{
    self as pb, strength_claim_service_server::StrengthClaimService,
};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::claim::StrengthClaim;

#[tonic::async_trait]
impl StrengthClaimService for Handler {
    async fn create_strength_claim(
        &self,
        request: Request<pb::CreateStrengthClaimRequest>,
    ) -> Answer<pb::StrengthClaim> {
        standard::create::<StrengthClaim, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_strength_claim(
        &self,
        request: Request<pb::UpdateStrengthClaimRequest>,
    ) -> Answer<pb::StrengthClaim> {
        standard::update::<StrengthClaim, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_strength_claim(
        &self,
        request: Request<pb::DeleteStrengthClaimRequest>,
    ) -> Answer<()> {
        standard::delete::<StrengthClaim, _, _>(&self.app, Call::admit(request)?).await
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
