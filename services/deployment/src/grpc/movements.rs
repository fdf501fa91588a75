use muster_proto::deployment::v1::{self as pb, movement_service_server::MovementService};
use muster_service::{Answer, Call, answer, resource::place, standard};
use tonic::Request;

use super::Handler;
use crate::{
    app::Replan,
    convert::movements,
    domain::movement::{Arrival, Movement},
};

#[tonic::async_trait]
impl MovementService for Handler {
    async fn create_movement(
        &self,
        request: Request<pb::CreateMovementRequest>,
    ) -> Answer<pb::Movement> {
        standard::create::<Movement, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_movement(
        &self,
        request: Request<pb::UpdateMovementRequest>,
    ) -> Answer<pb::Movement> {
        standard::update::<Movement, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_movement(&self, request: Request<pb::GetMovementRequest>) -> Answer<pb::Movement> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_movements(
        &self,
        request: Request<pb::BatchGetMovementsRequest>,
    ) -> Answer<pb::BatchGetMovementsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_movements(
        &self,
        request: Request<pb::ListMovementsRequest>,
    ) -> Answer<pb::ListMovementsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn depart_movement(
        &self,
        request: Request<pb::DepartMovementRequest>,
    ) -> Answer<pb::Movement> {
        let Call { message, context } = Call::admit(request)?;
        let pb::DepartMovementRequest { name, etag, effective_time, note, headcount, .. } = message;
        let travel = movements::travel(&name, etag, effective_time, note, headcount)?;
        answer(self.app.depart_movement(&context, travel).await)
    }

    async fn arrive_movement(
        &self,
        request: Request<pb::ArriveMovementRequest>,
    ) -> Answer<pb::Movement> {
        let Call { message, context } = Call::admit(request)?;
        let pb::ArriveMovementRequest { name, etag, effective_time, note, headcount, .. } = message;
        let travel = movements::travel(&name, etag, effective_time, note, headcount)?;
        answer(self.app.arrive_movement(&context, travel).await)
    }

    async fn delay_movement(
        &self,
        request: Request<pb::DelayMovementRequest>,
    ) -> Answer<pb::Movement> {
        let Call { message, context } = Call::admit(request)?;
        let name = place::<Movement>(&message.name)?;
        let replan = Replan::Delay(movements::delay(message.window)?);
        let (etag, note) = (&message.etag, message.note);
        answer(self.app.replan_movement(&context, name, etag, note, replan).await)
    }

    async fn cancel_movement(
        &self,
        request: Request<pb::CancelMovementRequest>,
    ) -> Answer<pb::Movement> {
        let Call { message, context } = Call::admit(request)?;
        let name = place::<Movement>(&message.name)?;
        let (etag, note) = (&message.etag, message.note);
        answer(self.app.replan_movement(&context, name, etag, note, Replan::Cancel).await)
    }

    async fn get_arrival(&self, request: Request<pb::GetArrivalRequest>) -> Answer<pb::Arrival> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_arrivals(
        &self,
        request: Request<pb::BatchGetArrivalsRequest>,
    ) -> Answer<pb::BatchGetArrivalsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_arrivals(
        &self,
        request: Request<pb::ListArrivalsRequest>,
    ) -> Answer<pb::ListArrivalsResponse> {
        standard::list(&self.app, Call::admit(request)?, "").await
    }

    async fn update_arrival(
        &self,
        request: Request<pb::UpdateArrivalRequest>,
    ) -> Answer<pb::Arrival> {
        standard::update::<Arrival, _, _>(&self.app, Call::admit(request)?).await
    }
}
