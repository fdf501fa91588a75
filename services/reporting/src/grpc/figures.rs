use muster_proto::reporting::v1::{self as pb, figure_service_server::FigureService};
use muster_service::{Answer, Call, answer, standard};
use tonic::Request;

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
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_figures(
        &self,
        request: Request<pb::BatchGetFiguresRequest>,
    ) -> Answer<pb::BatchGetFiguresResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_figures(
        &self,
        request: Request<pb::ListFiguresRequest>,
    ) -> Answer<pb::ListFiguresResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
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
}
