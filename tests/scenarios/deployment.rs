//! Guards, the ledger, and what may not happen.

use muster_proto::deployment::v1::{
    self as pb, ContingentState, HeadcountAccount, MovementState, PledgeState, StrengthMeasure,
    contingent_service_client::ContingentServiceClient,
    contingent_step_service_client::ContingentStepServiceClient,
    mandate_service_client::MandateServiceClient, movement_service_client::MovementServiceClient,
    pledge_service_client::PledgeServiceClient,
    readiness_check_service_client::ReadinessCheckServiceClient,
};
use muster_tests::{World, at, reason, unmet};
use time::macros::datetime;
use tonic::Code;

fn measured(strength: &pb::Strength, measure: StrengthMeasure) -> Option<i64> {
    let line = strength.lines.iter().find(|line| line.measure() == measure)?;
    line.quantity.as_ref()?.at_least
}

#[tokio::test]
async fn a_flight_takes_its_people_from_ready_over_transit_to_present() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let flying = world.strength().await;
    assert_eq!(measured(&flying, StrengthMeasure::InTransit), Some(200));
    assert_eq!(measured(&flying, StrengthMeasure::Ready), Some(200));

    let movement = world.arrive(150, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    assert_eq!(movement.state(), MovementState::ArrivedInPart);
    let movement = world.arrive(50, datetime!(2024-06-25 18:00 UTC)).await.unwrap();
    assert_eq!(movement.state(), MovementState::Arrived);
    let landed = world.strength().await;
    assert_eq!(measured(&landed, StrengthMeasure::Present), Some(200));
    assert_eq!(measured(&landed, StrengthMeasure::Arrived), Some(200));
    // The other half is still at home.
    assert_eq!(world.contingent().await.state(), ContingentState::Deploying);
}

#[tokio::test]
async fn arrivals_say_how_far_a_pledge_is_kept() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let mut pledges = PledgeServiceClient::new(world.client.deployment.clone());
    let name = "missions/m/pledges/ken".to_owned();
    let pledge = pledges
        .get_pledge(pb::GetPledgeRequest { name, ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    assert_eq!((pledge.state(), pledge.arrived_headcount), (PledgeState::FulfilledInPart, 200));
}

#[tokio::test]
async fn a_departure_without_its_checks_names_each() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut checks = ReadinessCheckServiceClient::new(world.client.deployment.clone());
    let failed = pb::CreateReadinessCheckRequest {
        parent: "missions/m/contingents/ken-1".into(),
        readiness_check_id: "medical-2".into(),
        readiness_check: Some(pb::ReadinessCheck {
            r#type: pb::ReadinessCheckType::Medical.into(),
            result: pb::ReadinessCheckResult::Failed.into(),
            check_time: at(datetime!(2024-06-20 0:00 UTC)),
            ..pb::ReadinessCheck::default()
        }),
        request_id: String::new(),
        ..Default::default()
    };
    checks.create_readiness_check(failed).await.unwrap();
    let refused = world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert_eq!(reason(&refused), "READINESS_INCOMPLETE");
    assert_eq!(unmet(&refused), ["MEDICAL"]);
}

#[tokio::test]
async fn nobody_departs_or_arrives_outside_a_mandate_in_force() {
    let world = World::start().await;
    world.ready_mission().await;
    let late = datetime!(2024-10-02 0:00 UTC);
    let refused = world.depart(200, late).await.unwrap_err();
    assert_eq!(reason(&refused), "OUTSIDE_MANDATE");
    world.depart(200, late - time::Duration::SECOND).await.unwrap();
    let refused = world.arrive(200, late).await.unwrap_err();
    assert_eq!(reason(&refused), "OUTSIDE_MANDATE");
}

#[tokio::test]
async fn nobody_is_flown_to_an_area_that_the_mandate_does_not_cover() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut movements = MovementServiceClient::new(world.client.deployment.clone());
    let name = "missions/m/movements/flight-1".to_owned();
    let planned = movements
        .get_movement(pb::GetMovementRequest { name, ..Default::default() })
        .await
        .unwrap();
    let mut movement = planned.into_inner();
    movement.destination.as_mut().unwrap().area_code = "HT08".into();
    let create = pb::CreateMovementRequest {
        parent: "missions/m".into(),
        movement_id: "elsewhere".into(),
        movement: Some(movement),
        request_id: String::new(),
        ..Default::default()
    };
    movements.create_movement(create).await.unwrap();
    let depart = pb::DepartMovementRequest {
        name: "missions/m/movements/elsewhere".into(),
        effective_time: at(datetime!(2024-06-24 20:00 UTC)),
        headcount: 10,
        ..pb::DepartMovementRequest::default()
    };
    let refused = movements.depart_movement(depart).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), unmet(&refused)),
        ("OUTSIDE_MANDATE", vec!["HT08".into()])
    );
}

#[tokio::test]
async fn no_arrival_lifts_those_present_above_the_ceiling() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(400, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let landing = datetime!(2024-06-25 15:00 UTC);
    let refused = world.arrive(301, landing).await.unwrap_err();
    assert_eq!(reason(&refused), "CEILING_EXCEEDED");
    world.arrive(300, landing).await.unwrap();
    let refused = world.arrive(1, landing + time::Duration::HOUR).await.unwrap_err();
    assert_eq!(reason(&refused), "CEILING_EXCEEDED");
    assert_eq!(measured(&world.strength().await, StrengthMeasure::Present), Some(300));
}

#[tokio::test]
async fn a_ceiling_below_those_present_is_accepted_and_shown_as_a_breach() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(300, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(300, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let mut mandates = MandateServiceClient::new(world.client.deployment.clone());
    let name = "missions/m/mandates/first".to_owned();
    let first = mandates
        .get_mandate(pb::GetMandateRequest { name, ..Default::default() })
        .await
        .unwrap()
        .into_inner();
    let mut second = pb::Mandate { personnel_ceiling: Some(250), ..first };
    second.predecessor = "missions/m/mandates/first".into();
    let validity = second.validity.as_mut().unwrap();
    validity.start_time = at(datetime!(2024-07-01 0:00 UTC));
    validity.end_time = at(datetime!(2099-01-01 0:00 UTC));
    let create = pb::CreateMandateRequest {
        parent: "missions/m".into(),
        mandate_id: "second".into(),
        mandate: Some(second),
        request_id: String::new(),
        ..Default::default()
    };
    mandates.create_mandate(create).await.unwrap();
    let strength = world.strength().await;
    assert!(strength.ceiling_breached);
    assert_eq!(strength.mandate, "missions/m/mandates/second");
}

#[tokio::test]
async fn more_people_than_there_are_cannot_leave() {
    let world = World::start().await;
    world.ready_mission().await;
    let refused = world.depart(401, datetime!(2024-06-24 20:00 UTC)).await.unwrap_err();
    assert_eq!(reason(&refused), "HEADCOUNT_NEGATIVE");
    // Nothing changed: all 400 can still leave.
    world.depart(400, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
}

#[tokio::test]
async fn a_correction_adds_an_entry_and_changes_none() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let name = "missions/m/contingents/ken-1".to_owned();
    let list = pb::ListHeadcountEntriesRequest { parent: name.clone(), ..Default::default() };
    let before = contingents.list_headcount_entries(list.clone()).await.unwrap().into_inner();
    let correct = pb::CorrectHeadcountRequest {
        name,
        effective_time: at(datetime!(2024-06-26 0:00 UTC)),
        note: "taken ill".into(),
        from_account: HeadcountAccount::Present.into(),
        to_account: HeadcountAccount::Medical.into(),
        headcount: 3,
        ..pb::CorrectHeadcountRequest::default()
    };
    contingents.correct_headcount(correct).await.unwrap();
    let after = contingents.list_headcount_entries(list).await.unwrap().into_inner();
    let known = before.headcount_entries.len();
    assert_eq!(after.headcount_entries[..known], before.headcount_entries[..]);
    assert_eq!(after.headcount_entries.len(), known + 1);
    let strength = world.strength().await;
    assert_eq!(measured(&strength, StrengthMeasure::Present), Some(200));
    assert_eq!(measured(&strength, StrengthMeasure::Effective), Some(197));
}

#[tokio::test]
async fn a_step_out_of_turn_is_refused_with_what_would_allow_it() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let advance = pb::AdvanceContingentRequest {
        name: "missions/m/contingents/ken-1".into(),
        effective_time: at(datetime!(2024-06-03 0:00 UTC)),
        state: ContingentState::Training.into(),
        ..pb::AdvanceContingentRequest::default()
    };
    let refused = contingents.advance_contingent(advance).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_FORBIDS");
    let details = muster_tests::details(&refused);
    let metadata = &details.error_info().unwrap().metadata;
    assert_eq!((metadata["state"].as_str(), metadata["allowed"].as_str()), ("READY", "CONFIRMED"));
}

#[tokio::test]
async fn a_change_decided_on_an_old_etag_is_aborted() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let hold = pb::HoldContingentRequest {
        name: "missions/m/contingents/ken-1".into(),
        etag: "\"r1\"".into(),
        effective_time: at(datetime!(2024-06-03 0:00 UTC)),
        note: "a court order".into(),
        request_id: String::new(),
        ..Default::default()
    };
    let refused = contingents.hold_contingent(hold.clone()).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let etag = world.contingent().await.etag;
    let held = contingents.hold_contingent(pb::HoldContingentRequest { etag, ..hold }).await;
    assert_eq!(held.unwrap().into_inner().state(), ContingentState::OnHold);
}

fn hold(effective_time: time::OffsetDateTime) -> pb::HoldContingentRequest {
    pb::HoldContingentRequest {
        name: "missions/m/contingents/ken-1".into(),
        effective_time: at(effective_time),
        note: "an injunction".into(),
        ..pb::HoldContingentRequest::default()
    }
}

/// The steps of the contingent, in their order.
async fn steps(world: &World) -> Vec<pb::ContingentStep> {
    let mut steps = ContingentStepServiceClient::new(world.client.deployment.clone());
    let parent = "missions/m/contingents/ken-1".to_owned();
    let list = pb::ListContingentStepsRequest { parent, ..Default::default() };
    steps.list_contingent_steps(list).await.unwrap().into_inner().steps
}

#[tokio::test]
async fn those_in_the_air_arrive_though_their_contingent_is_on_hold() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    contingents.hold_contingent(hold(datetime!(2024-06-24 22:00 UTC))).await.unwrap();
    let before = steps(&world).await;
    let etag = world.contingent().await.etag;
    let movement = world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    assert_eq!(movement.state(), MovementState::Arrived);
    let after = world.contingent().await;
    assert_eq!(after.state(), ContingentState::OnHold);
    // The other half is still at home.
    assert_eq!(after.held_state(), ContingentState::Deploying);
    assert_eq!(steps(&world).await, before);
    assert_ne!(after.etag, etag);
    let present = measured(&world.strength().await, StrengthMeasure::Present);
    assert_eq!(present, Some(200));
}

#[tokio::test]
async fn nobody_departs_before_the_contingents_last_step() {
    let world = World::start().await;
    world.ready_mission().await;
    let refused = world.depart(200, datetime!(2024-06-01 23:00 UTC)).await.unwrap_err();
    assert_eq!(reason(&refused), "TIME_OUT_OF_ORDER");
    let details = muster_tests::details(&refused);
    let metadata = &details.error_info().unwrap().metadata;
    assert_eq!(metadata["earliest"], "2024-06-02T00:00:00Z");
}

#[tokio::test]
async fn a_contingent_that_was_cancelled_is_not_corrected() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let name = "missions/m/contingents/ken-1".to_owned();
    let cancel = pb::CancelContingentRequest {
        name: name.clone(),
        effective_time: at(datetime!(2024-06-03 0:00 UTC)),
        note: "no longer wanted".into(),
        ..pb::CancelContingentRequest::default()
    };
    contingents.cancel_contingent(cancel).await.unwrap();
    let correct = pb::CorrectHeadcountRequest {
        name,
        effective_time: at(datetime!(2024-06-04 0:00 UTC)),
        note: "late".into(),
        from_account: HeadcountAccount::Outside.into(),
        to_account: HeadcountAccount::Ready.into(),
        headcount: 1,
        ..pb::CorrectHeadcountRequest::default()
    };
    let refused = contingents.correct_headcount(correct).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_FORBIDS");
}

#[tokio::test]
async fn an_arrival_that_is_undone_is_not_counted() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let mut contingents = ContingentServiceClient::new(world.client.deployment.clone());
    let correct = pb::CorrectHeadcountRequest {
        name: "missions/m/contingents/ken-1".into(),
        effective_time: at(datetime!(2024-06-25 15:00 UTC)),
        note: "the list was counted twice".into(),
        from_account: HeadcountAccount::Present.into(),
        to_account: HeadcountAccount::InTransit.into(),
        headcount: 50,
        ..pb::CorrectHeadcountRequest::default()
    };
    contingents.correct_headcount(correct).await.unwrap();
    let strength = world.strength().await;
    assert_eq!(measured(&strength, StrengthMeasure::Arrived), Some(150));
    assert_eq!(measured(&strength, StrengthMeasure::Present), Some(150));
    assert_eq!(measured(&strength, StrengthMeasure::InTransit), Some(50));
}

#[tokio::test]
async fn nothing_is_listed_of_a_mission_or_contingent_that_is_not_there() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut movements = MovementServiceClient::new(world.client.deployment.clone());
    let list = pb::ListMovementsRequest { parent: "missions/n".into(), ..Default::default() };
    let refused = movements.list_movements(list).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "NOT_FOUND"));
    let mut checks = ReadinessCheckServiceClient::new(world.client.deployment.clone());
    let parent = "missions/m/contingents/none".to_owned();
    let list = pb::ListReadinessChecksRequest { parent, ..Default::default() };
    let refused = checks.list_readiness_checks(list).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "NOT_FOUND"));
}

#[tokio::test]
async fn a_refusal_tells_its_moment_as_the_wire_writes_times() {
    let world = World::start().await;
    world.ready_mission().await;
    world.depart(400, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let landing = datetime!(2024-06-25 15:00 UTC);
    for (headcount, expected) in [(401, "HEADCOUNT_NEGATIVE"), (301, "CEILING_EXCEEDED")] {
        let refused = world.arrive(headcount, landing).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
        let details = muster_tests::details(&refused);
        let metadata = &details.error_info().unwrap().metadata;
        assert_eq!(metadata["time"], "2024-06-25T15:00:00Z");
    }
    let refused = world.arrive(1, datetime!(2024-10-02 0:00 UTC)).await.unwrap_err();
    assert_eq!(unmet(&refused), ["2024-10-02T00:00:00Z"]);
}
