//! Where contingents cannot go, and what each refusal says.

use muster_proto::deployment::v1::{
    self as pb, ContingentState, HeadcountAccount,
    contingent_service_client::ContingentServiceClient,
    contingent_step_service_client::ContingentStepServiceClient,
};
use muster_tests::{World, at, details, field_violations, reason, unmet};
use time::{OffsetDateTime, macros::datetime};

const CONTINGENT: &str = "missions/m/contingents/ken-1";

fn contingents(world: &World) -> ContingentServiceClient<muster::client::Authorized> {
    ContingentServiceClient::new(world.client.deployment.clone())
}

#[tokio::test]
async fn no_step_leads_to_pledged_and_movements_alone_lead_to_what_follows_a_departure() {
    use ContingentState::{
        Cancelled, Deployed, Deploying, OnHold, Pledged, Repatriated, Withdrawn,
    };
    let world = World::start().await;
    world.ready_mission().await;
    let advance = async |state: ContingentState| {
        let request = pb::AdvanceContingentRequest {
            name: CONTINGENT.into(),
            effective_time: at(datetime!(2024-06-03 0:00 UTC)),
            state: state.into(),
            ..Default::default()
        };
        contingents(&world).advance_contingent(request).await.unwrap_err()
    };
    for state in [Pledged, OnHold, Withdrawn, Cancelled] {
        let refused = advance(state).await;
        assert_eq!(field_violations(&refused), ["state"], "{state:?}");
    }
    for state in [Deploying, Deployed, Repatriated] {
        let refused = advance(state).await;
        assert_eq!(reason(&refused), "STATE_FORBIDS", "{state:?}");
        let details = details(&refused);
        let allowed = &details.error_info().unwrap().metadata["allowed"];
        assert_eq!(allowed, "a movement; no step leads there", "{state:?}");
    }
}

#[tokio::test]
async fn a_contingent_with_people_in_the_mission_neither_withdraws_nor_is_cancelled() {
    let world = World::start().await;
    world.ready_mission().await;
    let moved = async |from: HeadcountAccount, to: HeadcountAccount| {
        let request = pb::CorrectHeadcountRequest {
            name: CONTINGENT.into(),
            effective_time: at(datetime!(2024-06-03 0:00 UTC)),
            note: "An advance party".into(),
            from_account: from.into(),
            to_account: to.into(),
            headcount: 10,
            ..Default::default()
        };
        contingents(&world).correct_headcount(request).await.unwrap();
    };
    let withdraw = async || {
        let request = pb::WithdrawContingentRequest {
            name: CONTINGENT.into(),
            effective_time: at(datetime!(2024-06-04 0:00 UTC)),
            note: "It is needed at home".into(),
            ..Default::default()
        };
        contingents(&world).withdraw_contingent(request).await
    };
    moved(HeadcountAccount::Ready, HeadcountAccount::Present).await;
    let refused = withdraw().await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_FORBIDS");
    let told = details(&refused);
    let metadata = &told.error_info().unwrap().metadata;
    assert_eq!(metadata["state"], "READY");
    assert_eq!(metadata["allowed"], "nobody in the account PRESENT, where there are 10");
    let cancel = pb::CancelContingentRequest {
        name: CONTINGENT.into(),
        effective_time: at(datetime!(2024-06-04 0:00 UTC)),
        note: "No longer wanted".into(),
        ..Default::default()
    };
    let refused = contingents(&world).cancel_contingent(cancel).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_FORBIDS");
    moved(HeadcountAccount::Present, HeadcountAccount::Ready).await;
    moved(HeadcountAccount::Ready, HeadcountAccount::Dead).await;
    let ended = withdraw().await.unwrap().into_inner();
    assert_eq!(ended.state(), ContingentState::Withdrawn);
}

/// The step of a contingent that led to a state.
async fn step_to(world: &World, state: ContingentState) -> pb::ContingentStep {
    let list = pb::ListContingentStepsRequest { parent: CONTINGENT.into(), ..Default::default() };
    let mut steps = ContingentStepServiceClient::new(world.client.deployment.clone());
    let steps = steps.list_contingent_steps(list).await.unwrap().into_inner().steps;
    steps.into_iter().find(|step| step.to_state() == state).unwrap()
}

#[tokio::test]
async fn a_step_is_not_put_where_its_checks_were_not_passed() {
    let world = World::start().await;
    world.ready_mission().await;
    // The briefing was on 1 June; the step to VETTED, which needs none, was on 1 May.
    let name = step_to(&world, ContingentState::Briefed).await.name;
    let mut steps = ContingentStepServiceClient::new(world.client.deployment.clone());
    let mut put = async |effective: OffsetDateTime, note: &str| {
        let request = pb::UpdateContingentStepRequest {
            contingent_step: Some(pb::ContingentStep {
                name: name.clone(),
                effective_time: at(effective),
                note: note.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        steps.update_contingent_step(request).await
    };
    let refused = put(datetime!(2024-05-31 0:00 UTC), "").await.unwrap_err();
    assert_eq!(reason(&refused), "READINESS_INCOMPLETE");
    assert_eq!(unmet(&refused), ["BRIEFING"]);
    put(datetime!(2024-06-01 12:00 UTC), "").await.unwrap();
}

#[tokio::test]
async fn a_departure_is_not_put_where_its_checks_were_not_passed() {
    let world = World::start().await;
    world.ready_mission().await;
    let failed = pb::CreateReadinessCheckRequest {
        parent: CONTINGENT.into(),
        readiness_check_id: "medical-failed".into(),
        readiness_check: Some(pb::ReadinessCheck {
            r#type: pb::ReadinessCheckType::Medical.into(),
            result: pb::ReadinessCheckResult::Failed.into(),
            check_time: at(datetime!(2024-06-10 0:00 UTC)),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut passed = failed.clone();
    passed.readiness_check_id = "medical-again".into();
    let check = passed.readiness_check.as_mut().unwrap();
    check.set_result(pb::ReadinessCheckResult::Passed);
    check.check_time = at(datetime!(2024-06-20 0:00 UTC));
    let mut checks = pb::readiness_check_service_client::ReadinessCheckServiceClient::new(
        world.client.deployment.clone(),
    );
    for check in [failed, passed] {
        checks.create_readiness_check(check).await.unwrap();
    }
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let departure = pb::UpdateMovementRequest {
        movement: Some(pb::Movement {
            name: "missions/m/movements/flight-1".into(),
            departure_time: at(datetime!(2024-06-19 20:00 UTC)),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = world.movements().update_movement(departure).await.unwrap_err();
    assert_eq!(reason(&refused), "READINESS_INCOMPLETE");
    assert_eq!(unmet(&refused), ["MEDICAL"]);
}
