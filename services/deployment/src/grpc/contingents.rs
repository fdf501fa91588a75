use muster_proto::deployment::v1::{self as pb, contingent_service_server::ContingentService};
use muster_service::{Answer, Call, answer, standard_service};
use tonic::Request;

use super::Handler;
use crate::{
    convert::{contingents, headcount},
    domain::contingent::{Contingent, StepRequest},
};

standard_service! {
    ContingentService for Handler {
        create_contingent: create of Contingent (pb::CreateContingentRequest) -> pb::Contingent;
        update_contingent: update of Contingent (pb::UpdateContingentRequest) -> pb::Contingent;
        get_contingent: get(pb::GetContingentRequest) -> pb::Contingent;
        batch_get_contingents: batch_get(pb::BatchGetContingentsRequest)
            -> pb::BatchGetContingentsResponse;
        list_contingents: list(pb::ListContingentsRequest, "") -> pb::ListContingentsResponse;
        get_headcount_entry: get(pb::GetHeadcountEntryRequest) -> pb::HeadcountEntry;
        batch_get_headcount_entries: batch_get(pb::BatchGetHeadcountEntriesRequest)
            -> pb::BatchGetHeadcountEntriesResponse;
        list_headcount_entries: list(pb::ListHeadcountEntriesRequest, "")
            -> pb::ListHeadcountEntriesResponse;
    }

    async fn advance_contingent(
        &self,
        request: Request<pb::AdvanceContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let step = contingents::advance(message.state)?;
        let pb::AdvanceContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, step).await)
    }

    async fn hold_contingent(
        &self,
        request: Request<pb::HoldContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::HoldContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, StepRequest::Hold).await)
    }

    async fn resume_contingent(
        &self,
        request: Request<pb::ResumeContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::ResumeContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, StepRequest::Resume).await)
    }

    async fn withdraw_contingent(
        &self,
        request: Request<pb::WithdrawContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::WithdrawContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, StepRequest::Withdraw).await)
    }

    async fn cancel_contingent(
        &self,
        request: Request<pb::CancelContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::CancelContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, StepRequest::Cancel).await)
    }

    async fn correct_headcount(
        &self,
        request: Request<pb::CorrectHeadcountRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let transfer = headcount::transfer(&message)?;
        let pb::CorrectHeadcountRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.correct_headcount(&context, change, transfer).await)
    }
}
