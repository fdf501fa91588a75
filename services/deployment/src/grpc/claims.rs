use muster_proto::deployment::v1::{
    self as pb, strength_claim_service_server::StrengthClaimService,
};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, claims};

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
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "strengthClaims")?;
        Ok(Response::new(self.app.get_claim(&call.context, name).await?.pack()))
    }

    async fn list_strength_claims(
        &self,
        request: Request<pb::ListStrengthClaimsRequest>,
    ) -> Answer<pb::ListStrengthClaimsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_claims(&context, &parent, &page).await?;
        Ok(Response::new(pb::ListStrengthClaimsResponse {
            strength_claims: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
