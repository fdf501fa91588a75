//! Where contingents cannot go, and what each refusal says.

use muster_proto::deployment::v1::{
    self as pb, ContingentState, HeadcountAccount,
    contingent_service_client::ContingentServiceClient,
};
use muster_tests::{World, at, details, field_violations, reason};
use time::macros::datetime;

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
