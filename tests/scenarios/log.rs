//! Each call leaves exactly one line in the log, whatever comes of it.

use std::{collections::HashMap, process::Stdio, time::Duration};

use muster_client::{Kit, Policy, Token};
use muster_proto::{
    common::v1::{FeedPosition, WatchChangesRequest, watch_changes_response::Step},
    deployment::v1::{
        self as pb, change_feed_service_client::ChangeFeedServiceClient,
        mission_service_client::MissionServiceClient, site_service_client::SiteServiceClient,
    },
};
use muster_service::telemetry::{self, LogFormat};
use muster_tests::{World, new_site, reason};
use tokio::process::Command;

const REQUEST: &str = "0198f3a0-6d3c-7c11-9d5e-2f1a3b4c5d6e";
/// What this process runs again, as one whose standard error is read.
const CALLS: &str = "log::services_that_write_their_log";

/// The calls of which the lines are read below. A log belongs to a process, so that they are made
/// in one of their own.
#[tokio::test]
#[ignore = "the scenario below runs it"]
async fn services_that_write_their_log() {
    let _writing = telemetry::init(LogFormat::Json, "info").unwrap();
    let world = World::start().await;
    world.ready_mission().await;
    let replica = world.deployment_replica(|config| config.calls_at_once = Some(1)).await;
    replica.serves().await;
    let once = Policy { tries: 1, ..Policy::default() };
    let caller = |subject: &str| {
        let kit = Kit::new(&replica.url(), once.clone()).unwrap();
        kit.showing(Token::text(world.token(subject)))
    };
    let get = pb::GetMissionRequest { name: "missions/m".into(), ..Default::default() };
    MissionServiceClient::new(caller("reader")).get_mission(get).await.unwrap();
    let write = pb::CreateSiteRequest { request_id: REQUEST.into(), ..new_site("a") };
    SiteServiceClient::new(caller("writer")).create_site(write).await.unwrap();
    let name = "missions/m/sites/none".to_owned();
    let get = pb::GetSiteRequest { name, ..Default::default() };
    let refused = SiteServiceClient::new(caller("misled")).get_site(get).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    let get = pb::GetSiteRequest { name: "no name".into(), ..Default::default() };
    SiteServiceClient::new(caller("confused")).get_site(get).await.unwrap_err();
    let stranger = Kit::new(&replica.url(), once.clone()).unwrap();
    let list = pb::ListMissionsRequest::default();
    MissionServiceClient::new(stranger).list_missions(list).await.unwrap_err();

    let position = FeedPosition { mission: "missions/m".into(), ..Default::default() };
    let watch = WatchChangesRequest { positions: vec![position], include_others: false };
    let mut feed = ChangeFeedServiceClient::new(caller("watcher"));
    let mut watch = feed.watch_changes(watch).await.unwrap().into_inner();
    while !matches!(watch.message().await.unwrap().unwrap().step, Some(Step::Bookmark(_))) {}
    drop(watch);

    let pool = world.sql("deployment").await;
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("select from deployment.feeds where mission = 'm' for update")
        .execute(&mut *lock)
        .await
        .unwrap();
    let mut sites = SiteServiceClient::new(caller("holder"));
    #[expect(clippy::disallowed_methods, reason = "the test waits for it")]
    let holding = tokio::spawn(async move { sites.create_site(new_site("b")).await });
    let blocked = "select exists (select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(blocked).fetch_one(&pool).await.unwrap() {}
    let list = pb::ListMissionsRequest::default();
    let refused = MissionServiceClient::new(caller("crowd")).list_missions(list).await;
    assert_eq!(reason(&refused.unwrap_err()), "OVERLOADED");
    lock.rollback().await.unwrap();
    holding.await.unwrap().unwrap();
    // The server learns a moment later that its watcher went away.
    let mut replica = replica;
    replica.stop_in_the_background().await;
}

/// The lines of calls to the service, by their callers.
fn by_caller(log: &str) -> HashMap<String, Vec<serde_json::Value>> {
    let mut lines = HashMap::<String, Vec<serde_json::Value>>::new();
    for line in log.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        if line["message"] == "answered" {
            let caller = line["span"]["caller"].as_str().unwrap_or("nobody").to_owned();
            lines.entry(caller).or_default().push(line);
        }
    }
    lines
}

#[tokio::test]
async fn every_call_leaves_one_line_whatever_comes_of_it() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CALLS, "--ignored", "--nocapture"])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_mins(2), child).await.unwrap().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{log}");
    assert!(!log.contains("Bearer") && !log.contains("eyJ"), "a token is in the log");
    let lines = by_caller(&log);
    for (caller, method, code) in [
        ("reader", "MissionService/GetMission", "Ok"),
        ("writer", "SiteService/CreateSite", "Ok"),
        ("misled", "SiteService/GetSite", "NotFound"),
        ("confused", "SiteService/GetSite", "InvalidArgument"),
        ("watcher", "ChangeFeedService/WatchChanges", "Cancelled"),
        ("holder", "SiteService/CreateSite", "Ok"),
        ("crowd", "MissionService/ListMissions", "ResourceExhausted"),
        ("nobody", "MissionService/ListMissions", "Unauthenticated"),
    ] {
        let [line] = &lines[caller][..] else { panic!("{caller}: {:?}", lines[caller]) };
        assert_eq!(line["level"], "INFO", "{line}");
        assert_eq!(line["span"]["method"], format!("/muster.deployment.v1.{method}"), "{line}");
        assert_eq!(line["code"], code, "{line}");
        assert!(line["ms"].is_f64(), "{line}");
    }
    for caller in ["reader", "writer", "misled", "watcher", "holder"] {
        assert_eq!(lines[caller][0]["span"]["mission"], "m", "{caller}");
    }
    assert_eq!(lines["writer"][0]["span"]["request_id"], REQUEST);
}
