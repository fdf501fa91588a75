//! Records that are parts of others and that the services make: steps of contingents and arrivals,
//! each put right with what followed from it.

mod travel;

use muster_proto::deployment::v1::{
    self as pb, StrengthMeasure, contingent_service_client::ContingentServiceClient,
    contingent_step_service_client::ContingentStepServiceClient,
    strength_service_client::StrengthServiceClient,
};
use muster_tests::{World, at, field_violations, reason};
use prost_types::FieldMask;
use time::{OffsetDateTime, macros::datetime};

#[tokio::test]
async fn a_step_mistyped_by_a_year_is_corrected_and_the_true_ones_follow() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let hold = |effective: OffsetDateTime| pb::HoldContingentRequest {
        name: "missions/m/contingents/ken-1".into(),
        effective_time: at(effective),
        note: "A court's order".into(),
        ..Default::default()
    };
    let resume = |effective: OffsetDateTime| pb::ResumeContingentRequest {
        name: "missions/m/contingents/ken-1".into(),
        effective_time: at(effective),
        ..Default::default()
    };
    let (typed, true_one) = (datetime!(2025-07-01 0:00 UTC), datetime!(2024-07-01 0:00 UTC));
    contingents.hold_contingent(hold(typed)).await.unwrap();
    let later = resume(datetime!(2024-07-05 0:00 UTC));
    let refused = contingents.resume_contingent(later.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "TIME_OUT_OF_ORDER");
    let list = pb::ListContingentStepsRequest {
        parent: "missions/m/contingents/ken-1".into(),
        ..Default::default()
    };
    let mut steps = ContingentStepServiceClient::new(world.client.deployment.clone());
    let taken = steps.list_contingent_steps(list).await.unwrap().into_inner().steps;
    let step = taken.last().unwrap().clone();
    let name = step.name.clone();
    let recorded = step.update_time;
    let correct = |effective: OffsetDateTime| pb::UpdateContingentStepRequest {
        contingent_step: Some(pb::ContingentStep {
            name: name.clone(),
            effective_time: at(effective),
            ..pb::ContingentStep::default()
        }),
        corrects_revision: 1,
        reason: "The year was mistyped".into(),
        ..Default::default()
    };
    let early = correct(datetime!(2023-07-01 0:00 UTC));
    let refused = steps.update_contingent_step(early).await.unwrap_err();
    assert_eq!(reason(&refused), "TIME_OUT_OF_ORDER");
    steps.update_contingent_step(correct(true_one)).await.unwrap();
    contingents.resume_contingent(later).await.unwrap();
    let mut get = async |recorded_by_time| {
        let get =
            pb::GetContingentStepRequest { name: name.clone(), as_of_time: None, recorded_by_time };
        steps.get_contingent_step(get).await.unwrap().into_inner().effective_time
    };
    assert_eq!(get(None).await, at(true_one));
    assert_eq!(get(recorded).await, at(typed));
}

#[tokio::test]
async fn those_who_arrived_at_another_hour_are_present_from_then_on() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let name = "missions/m/movements/flight-1/arrivals/000001".to_owned();
    let mut movements = world.movements();
    let update = |arrived: OffsetDateTime| pb::UpdateArrivalRequest {
        arrival: Some(pb::Arrival {
            name: name.clone(),
            arrival_time: at(arrived),
            ..pb::Arrival::default()
        }),
        corrects_revision: 1,
        ..Default::default()
    };
    let before = update(datetime!(2024-06-24 19:00 UTC));
    assert_eq!(reason(&movements.update_arrival(before).await.unwrap_err()), "TIME_OUT_OF_ORDER");
    movements.update_arrival(update(datetime!(2024-06-25 10:00 UTC))).await.unwrap();
    let mut strengths = StrengthServiceClient::new(world.client.deployment.clone());
    let request = pb::GetStrengthRequest {
        name: "missions/m".into(),
        valid_time: at(datetime!(2024-06-25 10:00 UTC)),
        ..Default::default()
    };
    let strength = strengths.get_strength(request).await.unwrap().into_inner();
    let present = strength.lines.iter().find(|line| line.measure() == StrengthMeasure::Present);
    assert_eq!(present.unwrap().quantity.as_ref().unwrap().at_least, Some(200));
    let entries = pb::ListHeadcountEntriesRequest {
        parent: "missions/m/contingents/ken-1".into(),
        filter: "to_account = HEADCOUNT_ACCOUNT_PRESENT".into(),
        ..Default::default()
    };
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let entries = contingents.list_headcount_entries(entries).await.unwrap().into_inner();
    assert_eq!(entries.headcount_entries[0].etag, "\"r2\"");
}

#[tokio::test]
async fn a_mistyped_departure_is_put_right_with_its_entry() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut movements = world.movements();
    let update = |left: Option<OffsetDateTime>| pb::UpdateMovementRequest {
        movement: Some(pb::Movement {
            name: "missions/m/movements/flight-1".into(),
            departure_time: left.and_then(at),
            ..pb::Movement::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["departure_time".into()] }),
        ..Default::default()
    };
    let true_one = datetime!(2024-06-24 22:00 UTC);
    let refused = movements.update_movement(update(Some(true_one))).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["movement.departure_time"]);
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    for (left, expected) in [
        (Some(datetime!(2024-06-25 16:00 UTC)), "TIME_OUT_OF_ORDER"),
        (Some(datetime!(2023-06-24 20:00 UTC)), "OUTSIDE_MANDATE"),
        (None, "FIELD_INVALID"),
    ] {
        let refused = movements.update_movement(update(left)).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{left:?}");
    }
    let corrected = movements.update_movement(update(Some(true_one))).await.unwrap().into_inner();
    assert_eq!((corrected.departure_time, corrected.arrived_headcount), (at(true_one), 200));
    let entries = pb::ListHeadcountEntriesRequest {
        parent: "missions/m/contingents/ken-1".into(),
        filter: "to_account = HEADCOUNT_ACCOUNT_IN_TRANSIT".into(),
        ..Default::default()
    };
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let entries = contingents.list_headcount_entries(entries).await.unwrap().into_inner();
    assert_eq!(entries.headcount_entries[0].effective_time, at(true_one));
}

#[tokio::test]
async fn a_correction_of_what_an_arrival_once_said_leaves_the_ledger() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let mut movements = world.movements();
    let update = |arrived: OffsetDateTime, corrects_revision: i64| pb::UpdateArrivalRequest {
        arrival: Some(pb::Arrival {
            name: "missions/m/movements/flight-1/arrivals/000001".into(),
            arrival_time: at(arrived),
            ..pb::Arrival::default()
        }),
        corrects_revision,
        ..Default::default()
    };
    let holds = datetime!(2024-06-25 10:00 UTC);
    movements.update_arrival(update(holds, 0)).await.unwrap();
    let corrected = datetime!(2024-06-25 14:00 UTC);
    movements.update_arrival(update(corrected, 1)).await.unwrap();
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let entries = pb::ListHeadcountEntriesRequest {
        parent: "missions/m/contingents/ken-1".into(),
        filter: "to_account = HEADCOUNT_ACCOUNT_PRESENT".into(),
        ..Default::default()
    };
    let entries = contingents.list_headcount_entries(entries).await.unwrap().into_inner();
    assert_eq!(entries.headcount_entries[0].effective_time, at(holds));
}

#[tokio::test]
async fn people_who_went_home_later_were_present_under_the_ceiling_until_then() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(400, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(300, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let home = "missions/m/movements/home".to_owned();
    let place = |name: &str| pb::MovementPlace { display_name: name.into(), ..Default::default() };
    let mut movements = world.movements();
    let create = pb::CreateMovementRequest {
        parent: "missions/m".into(),
        movement_id: "home".into(),
        movement: Some(pb::Movement {
            contingent: "missions/m/contingents/ken-1".into(),
            direction: pb::MovementDirection::Repatriation.into(),
            origin: Some(place("Port-au-Prince")),
            destination: Some(place("Nairobi")),
            planned_headcount: 100,
            ..pb::Movement::default()
        }),
        ..Default::default()
    };
    movements.create_movement(create).await.unwrap();
    let depart = pb::DepartMovementRequest {
        name: home.clone(),
        effective_time: at(datetime!(2024-06-26 8:00 UTC)),
        headcount: 100,
        ..Default::default()
    };
    movements.depart_movement(depart).await.unwrap();
    world.arrive(100, datetime!(2024-06-27 8:00 UTC)).await.unwrap();
    let update = |left: OffsetDateTime| pb::UpdateMovementRequest {
        movement: Some(pb::Movement {
            name: home.clone(),
            departure_time: at(left),
            ..pb::Movement::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["departure_time".into()] }),
        ..Default::default()
    };
    let refused =
        movements.update_movement(update(datetime!(2024-06-28 8:00 UTC))).await.unwrap_err();
    assert_eq!(reason(&refused), "CEILING_EXCEEDED");
    for left in [datetime!(2024-06-27 8:00 UTC), datetime!(2024-06-26 6:00 UTC)] {
        movements.update_movement(update(left)).await.unwrap();
    }
}

#[tokio::test]
async fn who_moves_people_in_a_ledger_holds_the_contingent() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let sql = world.sql("deployment").await;
    let mut other = sql.begin().await.unwrap();
    sqlx::query("select from deployment.contingents where mission = 'm' for update")
        .execute(&mut *other)
        .await
        .unwrap();
    let mut movements = world.movements();
    let arrival = pb::UpdateArrivalRequest {
        arrival: Some(pb::Arrival {
            name: "missions/m/movements/flight-1/arrivals/000001".into(),
            arrival_time: at(datetime!(2024-06-25 16:00 UTC)),
            ..pb::Arrival::default()
        }),
        ..Default::default()
    };
    let refused = movements.update_arrival(arrival).await.unwrap_err();
    assert_eq!(reason(&refused), "CONTENDED");
    let departure = pb::UpdateMovementRequest {
        movement: Some(pb::Movement {
            name: "missions/m/movements/flight-1".into(),
            departure_time: at(datetime!(2024-06-24 22:00 UTC)),
            ..pb::Movement::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["departure_time".into()] }),
        ..Default::default()
    };
    let refused = movements.update_movement(departure).await.unwrap_err();
    assert_eq!(reason(&refused), "CONTENDED");
    other.rollback().await.unwrap();
    sql.close().await;
}

#[tokio::test]
async fn a_mistyped_naming_is_corrected_and_the_true_steps_follow() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let create = pb::CreateContingentRequest {
        parent: "missions/m".into(),
        contingent_id: "ken-2".into(),
        contingent: Some(pb::Contingent {
            display_name: "Second contingent".into(),
            partner: "missions/m/partners/ken".into(),
            ordinal: 2,
            category: pb::PersonnelCategory::Police.into(),
            headcount: 200,
            pledge_time: at(datetime!(2025-01-01 0:00 UTC)),
            ..Default::default()
        }),
        ..Default::default()
    };
    let name = "missions/m/contingents/ken-2".to_owned();
    let mistyped = contingents.create_contingent(create).await.unwrap().into_inner();
    let added = pb::CorrectHeadcountRequest {
        name: name.clone(),
        effective_time: mistyped.pledge_time,
        note: "Ten more".into(),
        from_account: pb::HeadcountAccount::Outside.into(),
        to_account: pb::HeadcountAccount::Pledged.into(),
        headcount: 10,
        ..Default::default()
    };
    let update = |named: Option<OffsetDateTime>, corrects_revision: i64| {
        let pledge_time = named.and_then(at);
        let contingent =
            Some(pb::Contingent { name: name.clone(), pledge_time, ..Default::default() });
        let update_mask = Some(FieldMask { paths: vec!["pledge_time".into()] });
        pb::UpdateContingentRequest {
            contingent,
            update_mask,
            corrects_revision,
            ..Default::default()
        }
    };
    let confirm = |effective: OffsetDateTime| pb::AdvanceContingentRequest {
        name: name.clone(),
        effective_time: at(effective),
        state: pb::ContingentState::Confirmed.into(),
        ..Default::default()
    };
    let confirmed = datetime!(2024-02-01 0:00 UTC);
    let refused = contingents.advance_contingent(confirm(confirmed)).await.unwrap_err();
    assert_eq!(reason(&refused), "TIME_OUT_OF_ORDER");
    let refused = contingents.update_contingent(update(None, 0)).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["contingent.pledge_time"]);

    let named = datetime!(2024-01-01 0:00 UTC);
    let right = contingents.update_contingent(update(Some(named), 1)).await.unwrap().into_inner();
    assert_eq!(right.pledge_time, at(named));
    let recorded = pb::GetContingentRequest {
        name: name.clone(),
        recorded_by_time: mistyped.update_time,
        ..Default::default()
    };
    let before = contingents.get_contingent(recorded).await.unwrap().into_inner();
    assert_eq!(before.pledge_time, mistyped.pledge_time);
    contingents.correct_headcount(added).await.unwrap();
    contingents.advance_contingent(confirm(confirmed)).await.unwrap();

    // Not after the first step; and of the entries only that of the naming moves.
    let late = datetime!(2024-02-02 0:00 UTC);
    let refused = contingents.update_contingent(update(Some(late), 0)).await.unwrap_err();
    assert_eq!(reason(&refused), "TIME_OUT_OF_ORDER");
    contingents.update_contingent(update(Some(confirmed), 0)).await.unwrap();
    let list = pb::ListHeadcountEntriesRequest { parent: name.clone(), ..Default::default() };
    let entries = contingents.list_headcount_entries(list).await.unwrap().into_inner();
    let moments: Vec<_> =
        entries.headcount_entries.iter().map(|entry| entry.effective_time).collect();
    assert_eq!(moments, [at(confirmed), mistyped.pledge_time]);
}
