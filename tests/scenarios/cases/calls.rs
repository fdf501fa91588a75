//! Calls that should not have been taken as they were.

use muster_proto::{
    common::v1::WatchChangesRequest,
    deployment::v1::{
        self as dpb, change_feed_service_client::ChangeFeedServiceClient,
        pledge_service_client::PledgeServiceClient,
    },
    reporting::v1::link_service_client::LinkServiceClient,
};
use muster_service::identity::{Grant, Role};
use muster_tests::reason;

use super::*;

#[tokio::test]
async fn calls_that_say_nothing_are_refused() {
    let desk = Desk::open().await;
    let mut feed = ChangeFeedServiceClient::new(desk.client().deployment.clone());
    let refused = feed.watch_changes(WatchChangesRequest::default()).await;
    assert_eq!(violations(refused.map(|_| ())), ["positions"]);
    let nil = pb::CreateIncidentRequest {
        parent: "missions/m".into(),
        incident_id: "i".into(),
        incident: Some(killing("HT", (2024, 1, 2), "3")),
        request_id: uuid::Uuid::nil().to_string(),
        ..Default::default()
    };
    let mut incidents = IncidentServiceClient::new(desk.client().reporting.clone());
    assert_eq!(violations(incidents.create_incident(nil).await), ["request_id"]);
    let mut figures = FigureServiceClient::new(desk.client().reporting.clone());
    let list = pb::ListFiguresRequest { parent: "missions/none".into(), ..Default::default() };
    assert_eq!(reason(&figures.list_figures(list).await.unwrap_err()), "NOT_FOUND");
    let mut link = LinkServiceClient::new(desk.client().reporting.clone());
    let list =
        pb::ListParkedChangesRequest { parent: "missions/none".into(), ..Default::default() };
    assert_eq!(reason(&link.list_parked_changes(list).await.unwrap_err()), "NOT_FOUND");
    let status = pb::GetLinkStatusRequest { name: "missions/none".into() };
    let status = link.get_link_status(status).await.unwrap().into_inner();
    assert_eq!((status.applied_position, status.parked_changes), (0, 0));
}

#[tokio::test]
async fn whose_a_resource_is_comes_before_its_etag() {
    let desk = Desk::open().await;
    let benin =
        Grant { role: Role::Contributor, mission: "m".to_owned(), partner: Some("ben".to_owned()) };
    let client = desk.world.client_with(vec![benin]).await;
    let withdraw = dpb::WithdrawPledgeRequest {
        name: "missions/m/pledges/ken".into(),
        withdraw_date: date(2024, 6, 1),
        reason: "changed plans".into(),
        etag: "\"r99\"".into(),
        ..Default::default()
    };
    let mut pledges = PledgeServiceClient::new(client.deployment.clone());
    let refused = pledges.withdraw_pledge(withdraw).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
}
