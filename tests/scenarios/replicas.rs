//! Several replicas of each service over one database: any of them answers any call, and a client
//! over all of them does not notice that one goes.

use std::sync::atomic::{AtomicU64, Ordering};

use muster::client::Client;
use muster_client::{Follow, Step};
use muster_proto::{
    common::v1::FeedPosition,
    deployment::v1::{
        self as pb, area_service_client::AreaServiceClient, site_service_client::SiteServiceClient,
    },
    reporting::v1::{GetLinkStatusRequest, LinkStatus, link_service_client::LinkServiceClient},
};
use muster_service::token::HEADER;
use muster_tests::{Running, World, new_site, no_older_than};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::{Response, Status};
use uuid::Uuid;

/// Two replicas of each service, the world's own among them.
struct Pair {
    world: World,
    deployment: Running,
    reporting: Running,
}

impl Pair {
    async fn start() -> Self {
        let world = World::start().await;
        let deployment = world.deployment_replica(|_| {}).await;
        let both = format!("{},{}", world.deployment.url(), deployment.url());
        let reporting = world.reporting_replica(&both, |_| {}).await;
        Self { world, deployment, reporting }
    }

    /// A client of the world's own replicas, and one of the others.
    async fn clients(&self) -> (Client, Client) {
        let other = self.world.client_over(&self.deployment.url(), &self.reporting.url()).await;
        (self.world.client.clone(), other)
    }

    /// A client over all replicas.
    async fn client(&self) -> Client {
        let reporting = self.world.reporting.as_ref().unwrap().url();
        let deployments = format!("{},{}", self.world.deployment.url(), self.deployment.url());
        let reportings = format!("{reporting},{}", self.reporting.url());
        self.world.client_over(&deployments, &reportings).await
    }
}

fn site(id: &str, request_id: Uuid) -> pb::CreateSiteRequest {
    pb::CreateSiteRequest { request_id: request_id.to_string(), ..new_site(id) }
}

async fn create(client: &Client, request: pb::CreateSiteRequest) -> Response<pb::Site> {
    let mut sites = SiteServiceClient::new(client.deployment.clone());
    sites.create_site(request).await.unwrap()
}

async fn get(client: &Client, id: &str) -> Result<pb::Site, Status> {
    let mut sites = SiteServiceClient::new(client.deployment.clone());
    let request =
        pb::GetSiteRequest { name: format!("missions/m/sites/{id}"), ..Default::default() };
    Ok(sites.get_site(request).await?.into_inner())
}

fn token<T>(answer: &Response<T>) -> String {
    answer.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned()
}

async fn status(client: &Client, token: &str) -> Result<LinkStatus, Status> {
    let mut link = LinkServiceClient::new(client.reporting.clone());
    let request = GetLinkStatusRequest { name: "missions/m".into() };
    Ok(link.get_link_status(no_older_than(request, token)).await?.into_inner())
}

#[tokio::test]
async fn what_is_written_at_one_replica_is_read_at_the_other_no_older_than_its_token() {
    let pair = Pair::start().await;
    pair.world.ready_mission().await;
    let (one, other) = pair.clients().await;
    for number in 0..10 {
        let id = format!("site-{number}");
        let (writer, reader) = if number % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let written = create(writer, site(&id, Uuid::now_v7())).await;
        assert_eq!(&get(reader, &id).await.unwrap(), written.get_ref());
        let token: muster_service::token::Token = token(&written).parse().unwrap();
        let known = status(reader, &token.to_string()).await.unwrap();
        assert!(token.position <= known.applied_position);
    }
}

#[tokio::test]
async fn a_request_id_is_known_at_every_replica() {
    let pair = Pair::start().await;
    pair.world.ready_mission().await;
    let (one, other) = pair.clients().await;
    let request = site("site", Uuid::now_v7());
    let first = create(&one, request.clone()).await;
    let again = create(&other, request).await;
    assert!(again.metadata().contains_key("muster-replayed"));
    assert_eq!(token(&again), token(&first));
    assert_eq!(again.into_inner(), first.into_inner());
}

#[tokio::test]
async fn a_list_goes_on_at_another_replica() {
    let pair = Pair::start().await;
    pair.world.ready_mission().await;
    let (one, other) = pair.clients().await;
    let list = async |client: &Client, page_size, page_token| {
        let mut areas = AreaServiceClient::new(client.deployment.clone());
        let request = pb::ListAreasRequest {
            parent: "missions/m".into(),
            page_size,
            page_token,
            ..Default::default()
        };
        areas.list_areas(request).await.unwrap().into_inner()
    };
    let all = list(&one, 1000, String::new()).await.areas;
    let first = list(&one, 1, String::new()).await;
    let rest = list(&other, 1000, first.next_page_token).await;
    assert_eq!([first.areas, rest.areas].concat(), all);
}

#[tokio::test]
async fn a_watch_at_one_replica_tells_what_the_other_wrote() {
    let pair = Pair::start().await;
    pair.world.ready_mission().await;
    let (one, other) = pair.clients().await;
    let mut follow = Follow::deployment(other.deployment, vec![], true);
    create(&one, site("told", Uuid::now_v7())).await;
    loop {
        if let Step::Change(change) = follow.next().await.unwrap()
            && change.resources.iter().any(|told| told.name == "missions/m/sites/told")
        {
            break;
        }
    }
}

#[tokio::test]
async fn two_replicas_that_follow_apply_each_change_once() {
    let pair = Pair::start().await;
    pair.world.ready_mission().await;
    let client = pair.client().await;
    let mut last = String::new();
    for number in 0..30 {
        last = token(&create(&client, site(&format!("site-{number}"), Uuid::now_v7())).await);
    }
    let (one, other) = pair.clients().await;
    for client in [one, other] {
        assert_eq!(status(&client, &last).await.unwrap().parked_changes, 0);
    }
    // The stored projection is what the feed tells, and its own feed is dense.
    let pool = pair.world.sql("reporting").await;
    let known: Vec<(String, i64)> = sqlx::query_as(
        "select key, revision from reporting.deployment_revisions
        where collection = 'sites' and key like 'site-%'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(known.len(), 30);
    assert!(known.iter().all(|(_, revision)| *revision == 1));
    let (count, highest): (i64, i64) = sqlx::query_as(
        "select count(*), coalesce(max(position), 0) from reporting.changes where mission = 'm'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(count, highest);
    let twice: Vec<(String,)> = sqlx::query_as(
        "select subject from reporting.timeline_events where kind = 'mission'
        group by subject, kind, title, happened_on having 1 < count(*)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(twice, []);
}

/// How often every replica is stopped and started again, one after the other.
const ROUNDS: usize = 3;
const CALLERS: usize = 6;

#[tokio::test]
async fn replicas_are_restarted_one_after_the_other_and_no_call_fails() {
    let Pair { mut world, mut deployment, mut reporting } = Pair::start().await;
    world.ready_mission().await;
    let both = format!("{},{}", world.deployment.url(), deployment.url());
    let first = world.reporting.as_ref().unwrap().url();
    let client = world.client_over(&both, &format!("{first},{}", reporting.url())).await;

    let (done, read) = (CancellationToken::new(), AtomicU64::new(0));
    let (written, told) = (watch::Sender::new(0), watch::Sender::new(0));
    let call = async |caller: usize| {
        for number in 0.. {
            if done.is_cancelled() {
                break;
            }
            let id = format!("site-{caller}-{number}");
            create(&client, site(&id, Uuid::now_v7())).await;
            written.send_modify(|written| *written += 1);
            get(&client, &id).await.unwrap();
            status(&client, "").await.unwrap();
            read.fetch_add(2, Ordering::Relaxed);
        }
    };
    let restarting = async {
        for number in (0..4).cycle().take(4 * ROUNDS) {
            let before: usize = *written.borrow();
            let replica = match number {
                0 => &mut world.deployment,
                1 => &mut deployment,
                2 => world.reporting.as_mut().unwrap(),
                _ => &mut reporting,
            };
            let address = replica.address();
            replica.stop_in_the_background().await;
            let there = |config: &mut muster_service::ServiceConfig| config.listen = address;
            let again = match number {
                0 | 1 => world.deployment_replica(there).await,
                _ => world.reporting_replica(&both, there).await,
            };
            again.serves().await;
            match number {
                0 => world.deployment = again,
                1 => deployment = again,
                2 => world.reporting = Some(again),
                _ => reporting = again,
            }
            // Under load all the time, on both sides of a restart.
            written.subscribe().wait_for(|now| before + CALLERS <= *now).await.unwrap();
        }
        done.cancel();
    };
    let working = async {
        let calling = futures::future::join_all((0..CALLERS).map(call));
        tokio::join!(calling, restarting);
        let all = *written.borrow();
        told.subscribe().wait_for(|told| *told == all).await.unwrap();
    };
    let watching = async {
        let place =
            FeedPosition { mission: "missions/m".into(), epoch: String::new(), position: 0 };
        let mut follow = Follow::deployment(client.deployment.clone(), vec![place], false);
        let mut next = 1;
        loop {
            let Step::Change(change) = follow.next().await.unwrap() else { continue };
            assert_eq!(change.position, next, "a gap or a repetition");
            next += 1;
            let sites = change.resources.iter().filter(|told| told.name.contains("/site-"));
            told.send_modify(|told| *told += sites.count());
        }
    };
    tokio::select! {
        () = working => {}
        () = watching => {}
    }
    let (writes, reads) = (*written.borrow(), read.load(Ordering::Relaxed));
    println!("{} restarts, {writes} writes, {reads} reads, none failed", ROUNDS * 4);
}
