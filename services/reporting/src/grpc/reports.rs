use muster_proto::reporting::v1::{
    self as pb, situation_report_service_server::SituationReportService,
};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, reports};

#[tonic::async_trait]
impl SituationReportService for Handler {
    async fn create_situation_report(
        &self,
        request: Request<pb::CreateSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let call = Call::admit(request)?;
        let new = reports::create(call.message)?;
        answer(Box::pin(self.app.create_report(&call.context, new, reports::freeze)).await)
    }

    async fn get_situation_report(
        &self,
        request: Request<pb::GetSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "situationReports")?;
        Ok(Response::new(self.app.get_report(&call.context, name).await?.pack()))
    }

    async fn list_situation_reports(
        &self,
        request: Request<pb::ListSituationReportsRequest>,
    ) -> Answer<pb::ListSituationReportsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_reports(&context, &mission, page).await?;
        Ok(Response::new(pb::ListSituationReportsResponse {
            situation_reports: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }

    async fn approve_situation_report(
        &self,
        request: Request<pb::ApproveSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "situationReports")?;
        answer(self.app.approve_report(&context, name, &message.etag).await)
    }

    async fn publish_situation_report(
        &self,
        request: Request<pb::PublishSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "situationReports")?;
        answer(self.app.publish_report(&context, name, &message.etag).await)
    }

    async fn render_situation_report(
        &self,
        request: Request<pb::RenderSituationReportRequest>,
    ) -> Answer<pb::RenderSituationReportResponse> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "situationReports")?;
        let format = reports::format(call.message.format)?;
        let report = self.app.get_report(&call.context, name).await?;
        Ok(Response::new(reports::document(&report, format)))
    }
}
