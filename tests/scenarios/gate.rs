//! Who gets in, and who may touch what.

use std::time::Duration;

use muster_client::{Follow, Kit, Policy, Step, Token};
use muster_proto::common::v1::WatchChangesRequest;
use muster_proto::deployment::v1::{
    self as pb, mission_service_client::MissionServiceClient,
    pledge_service_client::PledgeServiceClient, site_service_client::SiteServiceClient,
};
use muster_service::identity::{Grant, Role};
use muster_tests::{World, hostile::methods, new_site, reason};
use prost_reflect::DynamicMessage;
use tonic::{Code, Request};

#[tokio::test]
async fn an_unknown_caller_gets_nothing_from_any_method() {
    let world = World::start().await;
    let methods = methods();
    assert!(60 < methods.len());
    for token in [None, Some("nonsense"), Some("eyJhbGciOiJub25lIn0.e30.")] {
        let stranger = world.client_showing(token).await;
        for method in &methods {
            let request = Request::new(DynamicMessage::new(method.input()));
            let refused = stranger.call(method, request).await.unwrap_err();
            assert_eq!(refused.code(), Code::Unauthenticated, "{}", method.full_name());
            assert_eq!(reason(&refused), "CALLER_UNKNOWN");
        }
    }
}

#[tokio::test]
async fn a_known_caller_without_a_role_gets_nothing_either() {
    let world = World::start().await;
    let nobody = world.client_with(Vec::new()).await;
    for method in methods() {
        let request = Request::new(DynamicMessage::new(method.input()));
        let refused = nobody.call(&method, request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied, "{}", method.full_name());
    }
}

#[tokio::test]
async fn a_role_in_one_mission_opens_no_other() {
    let world = World::start().await;
    world.ready_mission().await;
    let grant =
        |mission: &str| Grant { mission: mission.into(), ..Grant::everywhere(Role::Auditor) };
    let get = || pb::GetMissionRequest { name: "missions/m".into(), ..Default::default() };
    let insider = world.client_with(vec![grant("m")]).await;
    MissionServiceClient::new(insider.deployment).get_mission(get()).await.unwrap();
    let outsider = world.client_with(vec![grant("other")]).await;
    let refused = MissionServiceClient::new(outsider.deployment).get_mission(get()).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");
}

#[tokio::test]
async fn a_contributor_writes_for_its_own_partner_only() {
    let world = World::start().await;
    world.ready_mission().await;
    let grant = Grant { role: Role::Contributor, mission: "m".into(), partner: Some("ben".into()) };
    let benin = world.client_with(vec![grant]).await;
    let mut pledges = PledgeServiceClient::new(benin.deployment);
    let offer = |partner: &str| pb::CreatePledgeRequest {
        parent: "missions/m".into(),
        pledge_id: "offer".into(),
        pledge: Some(pb::Pledge {
            partner: format!("missions/m/partners/{partner}"),
            offer_date: Some(muster_proto::google::r#type::Date { year: 2024, month: 2, day: 0 }),
            ..pb::Pledge::default()
        }),
        request_id: String::new(),
        ..Default::default()
    };
    let refused = pledges.create_pledge(offer("ken")).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
    pledges.create_pledge(offer("ben")).await.unwrap();
}

#[tokio::test]
async fn neither_service_can_read_the_others_schema() {
    let world = World::start().await;
    for (role, foreign) in
        [("deployment", "reporting.figures"), ("reporting", "deployment.missions")]
    {
        let pool = world.sql(role).await;
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {foreign}"));
        let refused = sqlx::query(query).execute(&pool).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(String::from));
        assert_eq!(code.as_deref(), Some("42501"), "{role} reads {foreign}");
    }
}

#[tokio::test]
async fn both_versions_of_reflection_tell_a_known_caller_what_is_served() {
    use tonic_reflection::pb::{v1, v1alpha};
    let world = World::start().await;
    let auditor = world.client_with(vec![Grant::everywhere(Role::Auditor)]).await;

    let ask = v1::server_reflection_request::MessageRequest::ListServices(String::new());
    let ask = v1::ServerReflectionRequest { host: String::new(), message_request: Some(ask) };
    let ask = futures::stream::iter([ask]);
    let channel = auditor.deployment.clone();
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(ask).await.unwrap().into_inner();
    let answer = format!("{:?}", answers.message().await.unwrap());
    assert!(
        answer.contains("muster.deployment.v1.MissionService") && !answer.contains("reporting")
    );

    let ask = v1alpha::server_reflection_request::MessageRequest::ListServices(String::new());
    let ask = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(ask) };
    let ask = futures::stream::iter([ask]);
    let channel = auditor.reporting.clone();
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(ask).await.unwrap().into_inner();
    let answer = format!("{:?}", answers.message().await.unwrap());
    assert!(answer.contains("muster.reporting.v1.FigureService") && !answer.contains("deployment"));
}

#[tokio::test]
async fn a_method_that_does_not_exist_is_answered_as_such() {
    let world = World::start().await;
    let mut grpc = tonic::client::Grpc::new(world.client.deployment.clone());
    grpc.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/muster.deployment.v1.MissionService/NoSuch");
    let codec = tonic_prost::ProstCodec::<pb::GetMissionRequest, pb::Mission>::default();
    let request = Request::new(pb::GetMissionRequest::default());
    let refused = grpc.unary(request, path, codec).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unimplemented, "METHOD_UNKNOWN")
    );
}

#[tokio::test]
async fn a_watch_does_not_outlive_its_callers_token() {
    use muster_proto::deployment::v1::change_feed_service_client::ChangeFeedServiceClient;
    let world = World::start().await;
    let token = world.token_at_the_end(vec![Grant::everywhere(Role::Auditor)]);
    let leaving = world.client_showing(Some(&token)).await;
    let everything = WatchChangesRequest { positions: Vec::new(), include_others: true };
    let mut feed = ChangeFeedServiceClient::new(leaving.deployment);
    let mut watch = feed.watch_changes(everything).await.unwrap().into_inner();
    let ended = watch.message().await.unwrap_err();
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::Unauthenticated, "CALLER_UNKNOWN"));
}

#[tokio::test]
async fn who_follows_a_feed_goes_on_with_the_token_that_takes_the_place_of_one_that_ended() {
    let world = World::start().await;
    world.ready_mission().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    let grants = vec![Grant::everywhere(Role::Auditor)];
    std::fs::write(&file, world.token_at_the_end(grants)).unwrap();
    let kit = Kit::new(&world.deployment.url(), Policy::default()).unwrap();
    let mut follow = Follow::deployment(kit.showing(Token::file(&file)), Vec::new(), true);
    follow.next().await.unwrap();
    std::fs::write(&file, world.token("auditor")).unwrap();
    // Longer than the first one is good for.
    let everything = async { while follow.next().await.is_ok() {} };
    let ended = tokio::time::timeout(Duration::from_secs(4), everything).await;
    assert!(ended.is_err(), "it went no further");
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    sites.create_site(new_site("told")).await.unwrap();
    loop {
        if let Step::Change(change) = follow.next().await.unwrap()
            && change.resources.iter().any(|told| told.name == "missions/m/sites/told")
        {
            break;
        }
    }
}
