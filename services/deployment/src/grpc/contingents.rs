use muster_proto::deployment::v1::{self as pb, contingent_service_server::ContingentService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::{
    app::Asked,
    convert::{self, contingents, headcount},
};

#[tonic::async_trait]
impl ContingentService for Handler {
    async fn create_contingent(
        &self,
        request: Request<pb::CreateContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let call = Call::admit(request)?;
        let new = contingents::create(call.message)?;
        answer(self.app.create_contingent(&call.context, new).await)
    }

    async fn get_contingent(
        &self,
        request: Request<pb::GetContingentRequest>,
    ) -> Answer<pb::Contingent> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "contingents")?;
        Ok(Response::new(self.app.get_contingent(&call.context, name).await?.pack()))
    }

    async fn list_contingents(
        &self,
        request: Request<pb::ListContingentsRequest>,
    ) -> Answer<pb::ListContingentsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_contingents(&context, &parent, &page).await?;
        Ok(Response::new(pb::ListContingentsResponse {
            contingents: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
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
        let shift = headcount::shift(&message)?;
        let pb::CorrectHeadcountRequest { name, etag, effective_time, note, .. } = message;
        let change = contingents::change(&name, etag, effective_time, note)?;
        answer(self.app.correct_headcount(&context, change, shift).await)
    }

    async fn list_headcount_entries(
        &self,
        request: Request<pb::ListHeadcountEntriesRequest>,
    ) -> Answer<pb::ListHeadcountEntriesResponse> {
        let Call { message, context } = Call::admit(request)?;
        let parent = convert::contingent(&message.parent)?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_headcount_entries(&context, parent, &page).await?;
        Ok(Response::new(pb::ListHeadcountEntriesResponse {
            headcount_entries: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
