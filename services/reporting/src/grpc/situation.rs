use muster_proto::reporting::v1::{self as pb, situation_service_server::SituationService};
use muster_service::{Answer, Call};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::situation;

#[tonic::async_trait]
impl SituationService for Handler {
    async fn get_situation(
        &self,
        request: Request<pb::GetSituationRequest>,
    ) -> Answer<pb::Situation> {
        let call = Call::admit(request)?;
        let asked = situation::ask(call.message, call.context.as_of)?;
        Ok(Response::new(situation::pack(&self.app.situation(&call.context, asked).await?)))
    }

    async fn list_situation_records(
        &self,
        request: Request<pb::ListSituationRecordsRequest>,
    ) -> Answer<pb::ListSituationRecordsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let (asked, records) = situation::records(&message, context.as_of)?;
        let page = situation::page(&context, &message)?;
        let paged = self.app.situation_records(&context, asked, records, &page).await?;
        Ok(Response::new(situation::page_of(&paged)))
    }
}
