use muster_proto::reporting::v1::{
    self as pb, situation_report_service_server::SituationReportService,
};
use muster_service::{Answer, Call, answer, resource::place, standard, standard_service};
use tonic::{Request, Response};

use super::Handler;
use crate::{convert::reports, domain::report::Report};

const MOST_ON_A_PAGE: i32 = 20;

standard_service! {
    SituationReportService for Handler {
        update_situation_report: update of Report (pb::UpdateSituationReportRequest)
            -> pb::SituationReport;
        get_situation_report: get(pb::GetSituationReportRequest) -> pb::SituationReport;
        batch_get_situation_reports: batch_get(pb::BatchGetSituationReportsRequest)
            -> pb::BatchGetSituationReportsResponse;
    }

    async fn create_situation_report(
        &self,
        request: Request<pb::CreateSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let call = Call::admit(request)?;
        let new = reports::create(call.message)?;
        answer(Box::pin(self.app.create_report(&call.context, new)).await)
    }

    async fn list_situation_reports(
        &self,
        request: Request<pb::ListSituationReportsRequest>,
    ) -> Answer<pb::ListSituationReportsResponse> {
        let mut call = Call::admit(request)?;
        // Reports carry all that they were written from, so fewer of them make a page.
        call.message.page_size = match call.message.page_size {
            0 => MOST_ON_A_PAGE,
            size => size.min(MOST_ON_A_PAGE),
        };
        standard::list(&self.app, call, "").await
    }

    async fn approve_situation_report(
        &self,
        request: Request<pb::ApproveSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let Call { message, context } = Call::admit(request)?;
        let place = place::<Report>(&message.name)?;
        answer(self.app.approve_report(&context, place, &message.etag).await)
    }

    async fn publish_situation_report(
        &self,
        request: Request<pb::PublishSituationReportRequest>,
    ) -> Answer<pb::SituationReport> {
        let Call { message, context } = Call::admit(request)?;
        let place = place::<Report>(&message.name)?;
        answer(self.app.publish_report(&context, place, &message.etag).await)
    }

    async fn render_situation_report(
        &self,
        request: Request<pb::RenderSituationReportRequest>,
    ) -> Answer<pb::RenderSituationReportResponse> {
        let call = Call::admit(request)?;
        let place = place::<Report>(&call.message.name)?;
        let format = reports::format(call.message.format)?;
        let report = self.app.report(&call.context, &place).await?;
        Ok(Response::new(reports::document(&report, format)))
    }
}
