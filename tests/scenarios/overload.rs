//! More calls than a service takes at once: some wait, the rest is told at once when to come back.

use std::time::{Duration, Instant};

use muster_client::{Kit, Policy, Token};
use muster_proto::{
    common::v1::Period,
    deployment::v1::{
        self as pb, mission_service_client::MissionServiceClient,
        site_service_client::SiteServiceClient,
    },
    google::r#type::Date,
    reporting::v1::{
        self as reporting, incident_service_client::IncidentServiceClient,
        situation_service_client::SituationServiceClient,
    },
};
use muster_tests::{Running, World, new_incident, new_site, no_older_than, reason};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Transaction};
use tokio::task::JoinSet;
use tonic::{Code, Request, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;
use uuid::Uuid;

/// Of these, one caller may hold three; twice as many may wait, for so long.
const PLACES: usize = 4;
const SHARE: usize = 3;
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// A replica with few places, in a mission in which nothing can be changed for now.
struct Jam {
    world: World,
    replica: Running,
    pool: PgPool,
    lock: Transaction<'static, Postgres>,
}

impl Jam {
    async fn start() -> Self {
        let world = World::start().await;
        world.ready_mission().await;
        let replica = world.deployment_replica(|config| config.calls_at_once = Some(PLACES)).await;
        replica.serves().await;
        let pool = world.sql("deployment").await;
        let mut lock = pool.begin().await.unwrap();
        sqlx::query("select from deployment.feeds where mission = 'm' for update")
            .execute(&mut *lock)
            .await
            .unwrap();
        Self { world, replica, pool, lock }
    }

    /// A caller that tries this often.
    async fn caller(&self, subject: &str, tries: u32) -> Kit {
        let kit = Kit::new(&self.replica.url(), Policy { tries, ..Policy::default() }).unwrap();
        kit.ready().await.unwrap();
        kit.showing(Token::text(self.world.token(subject)))
    }

    /// Begins changes, and waits until this many in all hold a place.
    async fn hold(&self, caller: &Kit, count: usize, all: i64) -> Changing {
        let mut changing = JoinSet::new();
        (0..count).for_each(|_| drop(changing.spawn(change(caller.clone(), None))));
        let mut pool = self.pool.acquire().await.unwrap();
        while blocked(&mut pool).await < all {
            tokio::task::yield_now().await;
        }
        changing
    }
}

type Changing = JoinSet<Result<(), Status>>;

fn all_done(changes: Vec<Result<(), Status>>) {
    changes.into_iter().collect::<Result<(), Status>>().unwrap();
}

async fn blocked(db: &mut PgConnection) -> i64 {
    let waiting = sqlx::query_scalar(
        "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'",
    );
    let waiting: i64 = waiting.fetch_one(&mut *db).await.unwrap();
    db.ping().await.unwrap();
    waiting
}

async fn change(caller: Kit, timeout: Option<Duration>) -> Result<(), Status> {
    let id = Uuid::now_v7();
    let mut request = Request::new(pb::CreateSiteRequest {
        request_id: id.to_string(),
        ..new_site(&format!("s{}", id.simple()))
    });
    if let Some(timeout) = timeout {
        request.set_timeout(timeout);
    }
    SiteServiceClient::new(caller).create_site(request).await.map(|_| ())
}

async fn read(caller: &Kit) -> Result<(), Status> {
    let request = pb::ListMissionsRequest::default();
    MissionServiceClient::new(caller.clone()).list_missions(request).await.map(|_| ())
}

async fn get(caller: &Kit) -> Result<(), Status> {
    let request = pb::GetMissionRequest { name: "missions/m".into(), ..Default::default() };
    MissionServiceClient::new(caller.clone()).get_mission(request).await.map(|_| ())
}

async fn sites(pool: &PgPool) -> i64 {
    let count = sqlx::query_scalar("select count(*) from deployment.sites where id like 's0%'");
    count.fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn what_finds_no_place_is_refused_with_a_time_to_come_back_and_then_answered() {
    let jam = Jam::start().await;
    let (one, other) = (jam.caller("one", 1).await, jam.caller("other", 1).await);
    let held = [jam.hold(&one, SHARE, 3).await, jam.hold(&other, 1, 4).await];

    // Twice as many as can wait.
    let began = Instant::now();
    let more = (0..PLACES * 4).map(|_| async { (read(&one).await, began.elapsed()) });
    let refused = futures::future::join_all(more).await;
    for (answer, _) in &refused {
        let status = answer.as_ref().unwrap_err();
        assert_eq!((status.code(), reason(status)), (Code::ResourceExhausted, "OVERLOADED".into()));
        assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
    }
    // As many as can wait did so to the end; every other was told before the first of them.
    let took: Vec<_> = refused.into_iter().map(|(_, took)| took).collect();
    let waited = took.iter().filter(|took| LONGEST_WAIT <= **took).count();
    assert_eq!(waited, PLACES * 2, "{took:?}");

    // Reads by name and probes are answered all the same, and callers that come back by themselves get through.
    let mut health = HealthClient::new(one.clone());
    health.check(HealthCheckRequest::default()).await.unwrap();
    get(&one).await.unwrap();
    let patient = jam.caller("one", 20).await;
    let release = async { jam.lock.rollback().await.unwrap() };
    let (answer, ()) = tokio::join!(read(&patient), release);
    answer.unwrap();
    for changes in held {
        all_done(changes.join_all().await);
    }
    assert_eq!(sites(&jam.pool).await, 4);
}

#[tokio::test]
async fn a_caller_that_takes_all_it_can_leaves_a_place_for_others() {
    let jam = Jam::start().await;
    let (greedy, other) = (jam.caller("greedy", 1).await, jam.caller("other", 1).await);
    let held = [jam.hold(&greedy, SHARE, 3).await];
    assert_eq!(reason(&read(&greedy).await.unwrap_err()), "OVERLOADED");
    read(&other).await.unwrap();
    jam.lock.rollback().await.unwrap();
    for changes in held {
        all_done(changes.join_all().await);
    }
}

#[tokio::test]
async fn a_call_whose_time_passed_while_it_waited_is_not_begun() {
    let jam = Jam::start().await;
    let (one, other) = (jam.caller("one", 1).await, jam.caller("other", 1).await);
    let held = [jam.hold(&one, SHARE, 3).await, jam.hold(&other, 1, 4).await];
    let late = change(one, Some(Duration::from_millis(100))).await.unwrap_err();
    assert_eq!(reason(&late), "DEADLINE_PASSED");
    jam.lock.rollback().await.unwrap();
    for changes in held {
        all_done(changes.join_all().await);
    }
    assert_eq!(sites(&jam.pool).await, 4);
}

fn first_of(month: i32) -> Date {
    Date { year: 2024, month, day: 1 }
}

fn question() -> reporting::GetSituationRequest {
    let period = Period { start_date: Some(first_of(1)), end_date: Some(first_of(4)) };
    reporting::GetSituationRequest {
        name: "missions/m".into(),
        area_code: "HT".into(),
        period: Some(period),
        ..Default::default()
    }
}

#[tokio::test]
async fn situations_asked_at_once_are_answered_or_told_to_come_back_and_keep_no_writer_out() {
    const AT_ONCE: usize = 32;
    let world = World::start().await;
    let token = world.ready_mission().await.consistency;
    let replica = world.reporting_replica(&world.deployment.url(), |_| {}).await;
    replica.serves().await;
    let kit = |subject: &str| {
        let kit = Kit::new(&replica.url(), Policy { tries: 1, ..Policy::default() }).unwrap();
        kit.showing(Token::text(world.token(subject)))
    };
    let readers = SituationServiceClient::new(kit("reader"));
    readers.clone().get_situation(no_older_than(question(), &token)).await.unwrap();
    let ask_all = || {
        let mut asked = JoinSet::new();
        for _ in 0..AT_ONCE {
            let mut reader = readers.clone();
            asked.spawn(async move { reader.get_situation(question()).await.map(|_| ()) });
        }
        asked
    };
    let answered = |answers: Vec<Result<(), Status>>| {
        assert_eq!(answers.len(), AT_ONCE);
        for status in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            let found = (status.code(), reason(status));
            assert_eq!(found, (Code::ResourceExhausted, "OVERLOADED".into()));
            assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
        }
        answers.iter().filter(|answer| answer.is_ok()).count()
    };
    let writer = IncidentServiceClient::new(kit("writer"));
    let write = async |id: &str| writer.clone().create_incident(new_incident(id)).await.unwrap();

    // However long those take that run: no figure can be read for now.
    let pool = world.sql("reporting").await;
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("lock table reporting.figures in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let asked = ask_all();
    let mut db = pool.acquire().await.unwrap();
    while blocked(&mut db).await == 0 {
        tokio::task::yield_now().await;
    }
    write("a").await;
    lock.rollback().await.unwrap();
    let done = answered(asked.join_all().await);
    assert!(0 < done && done < AT_ONCE, "{done} were answered");

    let asked = ask_all();
    write("b").await;
    assert!(0 < answered(asked.join_all().await));
    readers.clone().get_situation(question()).await.unwrap();
}
