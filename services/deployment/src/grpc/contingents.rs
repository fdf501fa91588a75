use muster_proto::deployment::v1::{self as pb, contingent_service_server::ContingentService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

use super::Handler;
use crate::{
    app::Asked,
    convert::{contingents, headcount},
    domain::contingent::Contingent,
};

#[tonic::async_trait]
impl ContingentService for Handler {
    async fn create_contingent(
        &self,
        request: Request<pb::CreateContingentRequest>,
    ) -> Answer<pb::Contingent> {
        standard::create::<Contingent, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_contingent(
        &self,
        request: Request<pb::UpdateContingentRequest>,
    ) -> Answer<pb::Contingent> {
        standard::update::<Contingent, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_contingent(
        &self,
        request: Request<pb::GetContingentRequest>,
    ) -> Answer<pb::Contingent> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_contingents(
        &self,
        request: Request<pb::BatchGetContingentsRequest>,
    ) -> Answer<pb::BatchGetContingentsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_contingents(
        &self,
        request: Request<pb::ListContingentsRequest>,
    ) -> Answer<pb::ListContingentsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn advance_contingent(
        &self,
        request: Request<pb::AdvanceContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let to = contingents::stage(message.state)?;
        let pb::AdvanceContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, Asked::Advance(to)).await)
    }

    async fn hold_contingent(
        &self,
        request: Request<pb::HoldContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::HoldContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, Asked::Hold).await)
    }

    async fn resume_contingent(
        &self,
        request: Request<pb::ResumeContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::ResumeContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, Asked::Resume).await)
    }

    async fn withdraw_contingent(
        &self,
        request: Request<pb::WithdrawContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::WithdrawContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, Asked::Withdraw).await)
    }

    async fn cancel_contingent(
        &self,
        request: Request<pb::CancelContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let Call { message, context } = Call::admit(request)?;
        let pb::CancelContingentRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.step_contingent(&context, change, Asked::Cancel).await)
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

    async fn get_headcount_entry(
        &self,
        request: Request<pb::GetHeadcountEntryRequest>,
    ) -> Answer<pb::HeadcountEntry> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_headcount_entries(
        &self,
        request: Request<pb::BatchGetHeadcountEntriesRequest>,
    ) -> Answer<pb::BatchGetHeadcountEntriesResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_headcount_entries(
        &self,
        request: Request<pb::ListHeadcountEntriesRequest>,
    ) -> Answer<pb::ListHeadcountEntriesResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }
}
