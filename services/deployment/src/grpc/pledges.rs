use muster_proto::deployment::v1::{self as pb, pledge_service_server::PledgeService};
use muster_service::{Answer, Call, answer, resource::place, standard};
use tonic::Request;

use super::Handler;
use crate::{convert::pledges, domain::pledge::Pledge};

#[tonic::async_trait]
impl PledgeService for Handler {
    async fn create_pledge(&self, request: Request<pb::CreatePledgeRequest>) -> Answer<pb::Pledge> {
        standard::create::<Pledge, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_pledge(&self, request: Request<pb::UpdatePledgeRequest>) -> Answer<pb::Pledge> {
        standard::update::<Pledge, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_pledge(&self, request: Request<pb::DeletePledgeRequest>) -> Answer<()> {
        standard::delete::<Pledge, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_pledge(&self, request: Request<pb::GetPledgeRequest>) -> Answer<pb::Pledge> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_pledges(
        &self,
        request: Request<pb::BatchGetPledgesRequest>,
    ) -> Answer<pb::BatchGetPledgesResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_pledges(
        &self,
        request: Request<pb::ListPledgesRequest>,
    ) -> Answer<pb::ListPledgesResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn confirm_pledge(
        &self,
        request: Request<pb::ConfirmPledgeRequest>,
    ) -> Answer<pb::Pledge> {
        let Call { message, context } = Call::admit(request)?;
        let name = place::<Pledge>(&message.name)?;
        let (on, sources) = pledges::confirm(message.confirm_date, message.sources)?;
        answer(self.app.confirm_pledge(&context, name, &message.etag, on, sources).await)
    }

    async fn withdraw_pledge(
        &self,
        request: Request<pb::WithdrawPledgeRequest>,
    ) -> Answer<pb::Pledge> {
        let Call { message, context } = Call::admit(request)?;
        let name = place::<Pledge>(&message.name)?;
        let on = pledges::withdraw(message.withdraw_date)?;
        let done = self.app.withdraw_pledge(&context, name, &message.etag, on, message.reason);
        answer(done.await)
    }
}
