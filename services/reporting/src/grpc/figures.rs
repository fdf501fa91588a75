use muster_proto::reporting::v1::{self as pb, figure_service_server::FigureService};
use muster_service::{Answer, Call, answer, resource::place, standard};
use tonic::Request;

use super::Handler;
use crate::domain::figure::Figure;

#[tonic::async_trait]
impl FigureService for Handler {
    async fn create_figure(&self, request: Request<pb::CreateFigureRequest>) -> Answer<pb::Figure> {
        standard::create::<Figure, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_figure(&self, request: Request<pb::UpdateFigureRequest>) -> Answer<pb::Figure> {
        standard::update::<Figure, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn retract_figure(
        &self,
        request: Request<pb::RetractFigureRequest>,
    ) -> Answer<pb::Figure> {
        let Call { message, context } = Call::admit(request)?;
        let place = place::<Figure>(&message.name)?;
        answer(self.app.retract_figure(&context, place, &message.etag).await)
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
}
