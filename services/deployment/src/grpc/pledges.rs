use muster_proto::deployment::v1::{self as pb, pledge_service_server::PledgeService};
use muster_service::{Answer, Call, answer, resource::place, standard_service};
use tonic::Request;

use super::Handler;
use crate::{convert::pledges, domain::pledge::Pledge};

standard_service! {
    PledgeService for Handler {
        create_pledge: create of Pledge (pb::CreatePledgeRequest) -> pb::Pledge;
        update_pledge: update of Pledge (pb::UpdatePledgeRequest) -> pb::Pledge;
        delete_pledge: delete of Pledge (pb::DeletePledgeRequest) -> ();
        get_pledge: get(pb::GetPledgeRequest) -> pb::Pledge;
        batch_get_pledges: batch_get(pb::BatchGetPledgesRequest) -> pb::BatchGetPledgesResponse;
        list_pledges: list(pb::ListPledgesRequest, "") -> pb::ListPledgesResponse;
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
