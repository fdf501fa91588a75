//! Several callers' changes in one transaction: each is a unit with an actor, a request id, a
//! savepoint and an answer of its own.

use std::{sync::Arc, time::Duration};

use muster_proto::{
    common::v1::{Change, ListChangesRequest},
    deployment::v1::{
        self as pb, change_feed_service_client::ChangeFeedServiceClient,
        mission_service_client::MissionServiceClient,
    },
};
use muster_service::{
    Context, Database, Failure, Reason, Resource, Work,
    context::Caller,
    identity::{Grant, Principal, Role},
    work::WorkError,
};
use muster_tests::World;
use muster_values::MissionId;
use prost::Message;
use sqlx::Executor;
use tokio::time::Instant;
use uuid::Uuid;

struct Partner(&'static str);

impl Resource for Partner {
    type Message = pb::Partner;

    fn resource_name(&self) -> String {
        format!("missions/m/partners/{}", self.0)
    }

    fn revision(&self) -> i64 {
        1
    }

    fn pack(&self) -> pb::Partner {
        pb::Partner { name: self.resource_name(), ..pb::Partner::default() }
    }
}

/// A call of someone, with a request id that is theirs.
fn call(subject: &str, validate_only: bool) -> Context {
    let principal = Principal {
        subject: subject.into(),
        grants: [Grant::everywhere(Role::Staff)].into(),
        until: None,
    };
    let caller = Caller { principal, method: "/p.Service/Method".into(), allowed: &[Role::Staff] };
    let deadline = Instant::now() + Duration::from_secs(20);
    Context {
        request_id: Some(Uuid::new_v5(&Uuid::NAMESPACE_OID, subject.as_bytes())),
        fingerprint: [7; 32],
        validate_only,
        ..Context::of_the_service(Arc::new(caller), deadline)
    }
}

async fn add(work: &mut Work, partner: &'static str) -> Result<(), WorkError> {
    let row = format!(
        "insert into partners (mission, id, display_name, roles, sources, revision, created_at,
            updated_at) values ('m', '{partner}', '', '{{}}', '[]', 1, now(), now())"
    );
    work.db().execute(sqlx::AssertSqlSafe(row)).await?;
    work.answer(&Partner(partner));
    Ok(())
}

async fn begin(world: &World) -> (Database, Work) {
    let request = pb::CreateMissionRequest {
        mission_id: "m".into(),
        mission: Some(pb::Mission {
            display_name: "M".into(),
            host_country_code: "HTI".into(),
            ..pb::Mission::default()
        }),
        ..Default::default()
    };
    let deployment = world.client.deployment.clone();
    MissionServiceClient::new(deployment).create_mission(request).await.unwrap();
    let database = world.deployment_database(2).await;
    let work = database.begin_batch(&MissionId::trusted("m")).await.unwrap();
    (database, work)
}

/// The changes of the mission's feed after its creation: of each the names and actors.
async fn told(world: &World) -> Vec<Vec<(String, String)>> {
    let request = ListChangesRequest { parent: "missions/m".into(), ..Default::default() };
    let mut feed = ChangeFeedServiceClient::new(world.client.deployment.clone());
    let found = feed.list_changes(request).await.unwrap().into_inner();
    let changes = found.changes.into_iter().skip(1);
    let of =
        |change: Change| change.resources.into_iter().map(|told| (told.name, told.actor)).collect();
    changes.map(of).collect()
}

#[tokio::test]
async fn what_one_caller_of_a_batch_is_refused_undoes_nothing_of_the_others() {
    let world = World::start().await;
    let (database, mut work) = begin(&world).await;
    let (first, second, third) = (call("ada", false), call("bo", false), call("cy", false));
    work.attempt(&first, async |work| add(work, "ken").await).await.unwrap().unwrap();
    // Half of it is done when it fails.
    let failed = work.attempt(&second, async |work| {
        add(work, "ben").await?;
        add(work, "ken").await
    });
    assert!(matches!(failed.await.unwrap(), Err(WorkError::Database(_))));
    work.attempt(&third, async |work| add(work, "jam").await).await.unwrap().unwrap();
    let (answers, token) = work.commit_units().await.unwrap();

    let named = |any: &prost_types::Any| pb::Partner::decode(&*any.value).unwrap().name;
    let names: Vec<String> = answers.iter().map(named).collect();
    assert_eq!(names, ["missions/m/partners/ken", "missions/m/partners/jam"]);
    assert!(token.is_some());
    let pair = |name: &str, actor: &str| (format!("missions/m/partners/{name}"), actor.to_owned());
    assert_eq!(told(&world).await, [vec![pair("ken", "ada"), pair("jam", "cy")]]);
    // Who was refused may ask again; the others are answered as before.
    let mission = MissionId::trusted("m");
    for (context, replayed) in [(first, true), (second, false), (third, true)] {
        let again = database.begin(&context, &mission).await;
        assert_eq!(matches!(again, Err(WorkError::Replayed(_))), replayed);
    }
    database.close().await;
}

#[tokio::test]
async fn a_repeated_call_in_a_batch_is_answered_as_before_and_the_rest_is_done() {
    let world = World::start().await;
    let (database, mut work) = begin(&world).await;
    let first = call("ada", false);
    work.attempt(&first, async |work| add(work, "ken").await).await.unwrap().unwrap();
    work.commit_units().await.unwrap();
    let mut work = database.begin_batch(&MissionId::trusted("m")).await.unwrap();
    let again = work.attempt(&first, async |work| add(work, "ben").await).await.unwrap();
    assert!(matches!(again, Err(WorkError::Replayed(_))));
    let second = call("bo", false);
    work.attempt(&second, async |work| add(work, "jam").await).await.unwrap().unwrap();
    work.commit_units().await.unwrap();
    assert_eq!(told(&world).await.len(), 2);
    database.close().await;
}

#[tokio::test]
async fn a_batch_is_tried_as_a_whole_or_done_as_a_whole() {
    let world = World::start().await;
    let (database, mut work) = begin(&world).await;
    let (tried, done) = (call("ada", true), call("bo", false));
    work.attempt(&tried, async |work| add(work, "ken").await).await.unwrap().unwrap();
    let mixed = work.attempt(&done, async |work| add(work, "ben").await).await.unwrap();
    let refusal = mixed.map_err(Failure::from).unwrap_err();
    let Failure::Refused(refusal) = refusal else { panic!("it was answered before") };
    assert_eq!(refusal.reason(), Reason::FieldInvalid);
    let (answers, token) = work.commit_units().await.unwrap();
    assert_eq!((answers.len(), token), (1, None));
    assert!(told(&world).await.is_empty());
    // A batch of which nothing is left is nothing.
    let work = database.begin_batch(&MissionId::trusted("m")).await.unwrap();
    let (answers, token) = work.commit_units().await.unwrap();
    assert_eq!((answers.len(), token), (0, None));
    database.close().await;
}
