use muster_proto::reporting::v1::{self as pb, figure_service_server::FigureService};
use muster_service::{Answer, Call, answer, resource::place, standard_service};
use tonic::Request;

use super::Handler;
use crate::domain::figure::Figure;

standard_service! {
    FigureService for Handler {
        create_figure: create of Figure (pb::CreateFigureRequest) -> pb::Figure;
        update_figure: update of Figure (pb::UpdateFigureRequest) -> pb::Figure;
        get_figure: get(pb::GetFigureRequest) -> pb::Figure;
        batch_get_figures: batch_get(pb::BatchGetFiguresRequest) -> pb::BatchGetFiguresResponse;
        list_figures: list(pb::ListFiguresRequest, "") -> pb::ListFiguresResponse;
    }

    async fn retract_figure(
        &self,
        request: Request<pb::RetractFigureRequest>,
    ) -> Answer<pb::Figure> {
        let Call { message, context } = Call::admit(request)?;
        let place = place::<Figure>(&message.name)?;
        answer(self.app.retract_figure(&context, place, &message.etag).await)
    }
}
