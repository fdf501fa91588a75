use muster_proto::reporting::v1::{self as pb, figure_service_server::FigureService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, figures};

#[tonic::async_trait]
impl FigureService for Handler {
    async fn create_figure(&self, request: Request<pb::CreateFigureRequest>) -> Answer<pb::Figure> {
        let call = Call::admit(request)?;
        let (name, content) = figures::create(call.message)?;
        answer(self.app.create_figure(&call.context, name, content).await)
    }

    async fn get_figure(&self, request: Request<pb::GetFigureRequest>) -> Answer<pb::Figure> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "figures")?;
        let as_of = convert::as_of(call.message.as_of_time)?;
        Ok(Response::new(self.app.get_figure(&call.context, name, as_of).await?.pack()))
    }

    async fn list_figures(
        &self,
        request: Request<pb::ListFiguresRequest>,
    ) -> Answer<pb::ListFiguresResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_figures(&context, &mission, &page).await?;
        Ok(Response::new(pb::ListFiguresResponse {
            figures: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }

    async fn revise_figure(&self, request: Request<pb::ReviseFigureRequest>) -> Answer<pb::Figure> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "figures")?;
        let content = figures::content(message.figure)?;
        let done = self.app.revise_figure(&context, name, &message.etag, content, message.reason);
        answer(done.await)
    }

    async fn retract_figure(
        &self,
        request: Request<pb::RetractFigureRequest>,
    ) -> Answer<pb::Figure> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "figures")?;
        answer(self.app.retract_figure(&context, name, &message.etag, message.reason).await)
    }

    async fn list_figure_revisions(
        &self,
        request: Request<pb::ListFigureRevisionsRequest>,
    ) -> Answer<pb::ListFigureRevisionsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let name = convert::child(&message.name, "figures")?;
        let page = context.page(message.page_size, &message.page_token, &message.name)?;
        let paged = self.app.list_figure_revisions(&context, name, &page).await?;
        Ok(Response::new(pb::ListFigureRevisionsResponse {
            figures: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
