use muster_proto::deployment::v1::{self as pb, movement_service_server::MovementService};
use muster_service::{Answer, Call, answer, resource::place, standard_service};
use tonic::Request;

use super::Handler;
use crate::{
    convert::movements,
    domain::movement::{Arrival, Movement, Replan},
};

standard_service! {
    MovementService for Handler {
        create_movement: create of Movement (pb::CreateMovementRequest) -> pb::Movement;
        update_movement: update of Movement (pb::UpdateMovementRequest) -> pb::Movement;
        get_movement: get(pb::GetMovementRequest) -> pb::Movement;
        batch_get_movements: batch_get(pb::BatchGetMovementsRequest)
            -> pb::BatchGetMovementsResponse;
        list_movements: list(pb::ListMovementsRequest, "") -> pb::ListMovementsResponse;
        get_arrival: get(pb::GetArrivalRequest) -> pb::Arrival;
        batch_get_arrivals: batch_get(pb::BatchGetArrivalsRequest) -> pb::BatchGetArrivalsResponse;
        list_arrivals: list(pb::ListArrivalsRequest, "") -> pb::ListArrivalsResponse;
        update_arrival: update of Arrival (pb::UpdateArrivalRequest) -> pb::Arrival;
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
        let replan = movements::delay(message.window)?;
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
}
