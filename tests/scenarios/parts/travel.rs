//! Departures and arrivals that are put right, and the steps that they caused.

use muster_proto::deployment::v1::{
    self as pb, contingent_service_client::ContingentServiceClient,
    contingent_step_service_client::ContingentStepServiceClient,
};
use muster_tests::{READY, World, at, reason};
use time::{OffsetDateTime, macros::datetime};

/// A contingent of which everyone is to leave and arrive with one flight.
async fn all_on_one_flight(world: &World, landed: OffsetDateTime) {
    let few = READY.replace("headcount = 400", "headcount = 200");
    world.load(&few).await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, landed).await.unwrap();
}

async fn steps(world: &World) -> Vec<pb::ContingentStep> {
    let mut steps = ContingentStepServiceClient::new(world.client.deployment.clone());
    let parent = "missions/m/contingents/ken-1".to_owned();
    let list = pb::ListContingentStepsRequest { parent, ..Default::default() };
    steps.list_contingent_steps(list).await.unwrap().into_inner().steps
}

async fn hold(world: &World, effective: OffsetDateTime) -> Result<(), tonic::Status> {
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let request = pb::HoldContingentRequest {
        name: "missions/m/contingents/ken-1".into(),
        effective_time: at(effective),
        note: "A court's order".into(),
        ..Default::default()
    };
    contingents.hold_contingent(request).await.map(drop)
}

#[tokio::test]
async fn the_step_that_an_arrival_caused_moves_with_it() {
    let world = World::start().await;
    all_on_one_flight(&world, datetime!(2024-09-25 15:00 UTC)).await;
    let held = datetime!(2024-07-01 0:00 UTC);
    let refused = hold(&world, held).await.unwrap_err();
    assert_eq!(reason(&refused), "TIME_OUT_OF_ORDER");
    let landed = datetime!(2024-06-25 15:00 UTC);
    let update = |arrived: OffsetDateTime| pb::UpdateArrivalRequest {
        arrival: Some(pb::Arrival {
            name: "missions/m/movements/flight-1/arrivals/000001".into(),
            arrival_time: at(arrived),
            ..pb::Arrival::default()
        }),
        ..Default::default()
    };
    world.movements().update_arrival(update(landed)).await.unwrap();
    let step = steps(&world).await.pop().unwrap();
    assert_eq!((step.to_state(), step.effective_time), (pb::ContingentState::Deployed, at(landed)));
    hold(&world, held).await.unwrap();
    // It goes no further than the step that followed it.
    world.movements().update_arrival(update(datetime!(2024-07-02 0:00 UTC))).await.unwrap();
    let moments: Vec<_> = steps(&world).await.iter().map(|step| step.effective_time).collect();
    assert_eq!(moments[7..], [at(held), at(held)]);
}

#[tokio::test]
async fn the_step_that_a_departure_caused_moves_with_it() {
    let world = World::start().await;
    all_on_one_flight(&world, datetime!(2024-06-25 15:00 UTC)).await;
    let left = datetime!(2024-06-24 8:00 UTC);
    let update = pb::UpdateMovementRequest {
        movement: Some(pb::Movement {
            name: "missions/m/movements/flight-1".into(),
            departure_time: at(left),
            ..pb::Movement::default()
        }),
        ..Default::default()
    };
    world.movements().update_movement(update).await.unwrap();
    let steps = steps(&world).await;
    let deploying =
        steps.iter().find(|step| step.to_state() == pb::ContingentState::Deploying).unwrap();
    assert_eq!(deploying.effective_time, at(left));
    let deployed = steps.last().unwrap();
    assert_eq!(deployed.effective_time, at(datetime!(2024-06-25 15:00 UTC)));
}
