//! The same promises for every method that changes something, found by its descriptor: repeated,
//! sent as twins, with other content, by a caller whose roles were taken away, and after the time
//! that keys are kept for.

use std::collections::BTreeSet;

use muster::scenario::{Call, Scenario};
use muster_proto::common::v1::ListChangesRequest;
use muster_proto::{deployment::v1 as deployment, reporting::v1 as reporting};
use muster_service::{
    identity::{Grant, Role},
    token::HEADER,
};
use muster_tests::{
    World,
    hostile::{EVERY_CHANGE, methods},
    reason,
};
use prost_reflect::{
    DynamicMessage, Kind, MethodDescriptor, ReflectMessage, Value,
    prost_types::method_options::IdempotencyLevel,
};
use tonic::{Request, Response, Status};

/// Metadata that says an answer was given before.
const REPLAYED: &str = "muster-replayed";

fn every_change() -> Scenario {
    Scenario::parse("every-change.toml", EVERY_CHANGE).unwrap()
}

/// Whether a method changes nothing, by its own promise.
fn reads(method: &MethodDescriptor) -> bool {
    let options = method.method_descriptor_proto().options.clone().unwrap_or_default();
    options.idempotency_level() == IdempotencyLevel::NoSideEffects
}

/// The world, and what was written in it so far.
struct Walk {
    world: World,
    tokens: [String; 2],
}

impl Walk {
    async fn start() -> Self {
        Self { world: World::start().await, tokens: [String::new(), String::new()] }
    }

    fn request(&self, call: &Call, message: DynamicMessage) -> Request<DynamicMessage> {
        let mut request = Request::new(message);
        // The follower is waited for; the other service has no need of it.
        if call.method.parent_service().package_name() == "muster.reporting.v1" {
            let tokens = self.tokens.join(",");
            request.metadata_mut().insert(HEADER, tokens.parse().unwrap());
        }
        request
    }

    async fn call(&self, call: &Call) -> Result<Response<DynamicMessage>, Status> {
        self.send(call, call.request.clone()).await
    }

    async fn send(
        &self,
        call: &Call,
        message: DynamicMessage,
    ) -> Result<Response<DynamicMessage>, Status> {
        self.world.client.call(&call.method, self.request(call, message)).await
    }

    fn remember(&mut self, call: &Call, answer: &Response<DynamicMessage>) {
        let place = usize::from(call.method.parent_service().package_name().contains("reporting"));
        let token = answer.metadata().get(HEADER).unwrap().to_str().unwrap();
        token.clone_into(&mut self.tokens[place]);
    }

    /// How many changes both feeds have together that a caller made.
    async fn changes(&self) -> usize {
        let request = || ListChangesRequest {
            parent: "missions/m".into(),
            page_size: 1000,
            ..Default::default()
        };
        let client = &self.world.client;
        let mut feed = deployment::change_feed_service_client::ChangeFeedServiceClient::new(
            client.deployment.clone(),
        );
        let one = feed.list_changes(request()).await.map(|page| page.into_inner().changes);
        let mut feed = reporting::change_feed_service_client::ChangeFeedServiceClient::new(
            client.reporting.clone(),
        );
        let two = feed.list_changes(request()).await.map(|page| page.into_inner().changes);
        let all = one.unwrap_or_default().into_iter().chain(two.unwrap_or_default());
        all.filter(|change| change.resources.iter().any(|one| one.actor == "operator")).count()
    }
}

#[test]
fn every_method_that_changes_something_can_be_repeated_and_is_in_the_walk() {
    let walked: BTreeSet<_> =
        every_change().calls().iter().map(|call| call.method.full_name().to_owned()).collect();
    for method in methods().iter().filter(|method| !reads(method)) {
        let name = method.full_name();
        let id = method.input().get_field_by_name("request_id");
        assert!(id.is_some_and(|id| id.kind() == Kind::String), "{name} has no request_id");
        assert!(walked.contains(name), "every-change.toml has no call of {name}");
    }
    for method in methods().iter().filter(|method| reads(method)) {
        let id = method.input().get_field_by_name("request_id");
        assert!(id.is_none(), "{} has a request_id, but is told to read", method.full_name());
    }
}

#[tokio::test]
async fn twins_and_repetitions_of_every_change_have_one_effect_and_one_answer() {
    let mut walk = Walk::start().await;
    for (number, call) in every_change().calls().iter().enumerate() {
        let name = call.method.full_name();
        let (first, second) = tokio::join!(walk.call(call), walk.call(call));
        let (first, second) = (first.unwrap(), second.unwrap());
        let third = walk.call(call).await.unwrap();
        assert!(third.metadata().contains_key(REPLAYED), "{name}");
        assert_eq!(first.get_ref(), second.get_ref(), "{name}");
        assert_eq!(first.get_ref(), third.get_ref(), "{name}");
        assert_eq!(first.metadata().get(HEADER), third.metadata().get(HEADER), "{name}");
        walk.remember(call, &first);
        assert_eq!(walk.changes().await, number + 1, "after {name}");
    }
}

/// The request with another text in it, which breaks no rule.
fn with_other_content(request: &DynamicMessage) -> DynamicMessage {
    let mut other = request.clone();
    if other.descriptor().name() == "CreateMissionRequest" {
        // A request id is of one mission: with another name it would be of another.
        let mission = other.descriptor().get_field_by_name("mission").unwrap();
        let mut content = other.get_field(&mission).as_message().unwrap().clone();
        content.set_field_by_name("purpose", Value::String("another".to_owned()));
        other.set_field(&mission, Value::Message(content));
        return other;
    }
    if other.descriptor().get_field_by_name("etag").is_some() {
        other.set_field_by_name("etag", Value::String("\"r77\"".into()));
        return other;
    }
    let id = other
        .descriptor()
        .fields()
        .find(|field| field.name().ends_with("_id") && field.name() != "request_id");
    // Upper case for the codes of areas.
    let other_id = if id.as_ref().unwrap().name() == "area_id" { "ZZ9" } else { "another" };
    other.set_field(&id.unwrap(), Value::String(other_id.into()));
    other
}

#[tokio::test]
async fn a_request_id_of_every_change_is_for_its_content_and_its_callers_roles() {
    let mut walk = Walk::start().await;
    let partner = |partner: &str| Grant {
        role: Role::Contributor,
        mission: "m".into(),
        partner: Some(partner.into()),
    };
    for call in every_change().calls() {
        let name = call.method.full_name();
        let answer = walk.call(call).await.unwrap();
        walk.remember(call, &answer);
        let refused = walk.send(call, with_other_content(&call.request)).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED", "{name}");
        // The same caller, with fewer roles than when it was answered.
        for grants in [vec![], vec![partner("ken")], vec![Grant::everywhere(Role::Auditor)]] {
            let lesser = walk.world.client_as("operator", grants).await;
            let request = walk.request(call, call.request.clone());
            let refused = lesser.call(&call.method, request).await.unwrap_err();
            assert_eq!(reason(&refused), "NOT_ALLOWED", "{name}");
        }
    }
}

#[tokio::test]
async fn a_contributor_gets_its_answer_again_only_as_long_as_it_speaks_for_the_partner() {
    let world = World::start().await;
    world.ready_mission().await;
    let grant = |partner: &str| Grant {
        role: Role::Contributor,
        mission: "m".into(),
        partner: Some(partner.into()),
    };
    let request = deployment::CreatePledgeRequest {
        parent: "missions/m".into(),
        pledge_id: "offer".into(),
        pledge: Some(deployment::Pledge {
            partner: "missions/m/partners/ben".into(),
            offer_date: Some(muster_proto::google::r#type::Date { year: 2024, month: 2, day: 0 }),
            ..deployment::Pledge::default()
        }),
        request_id: "0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0002".into(),
        ..Default::default()
    };
    let offer = async |grants: Vec<Grant>| {
        let client = world.client_as("benin", grants).await.deployment;
        let mut pledges = deployment::pledge_service_client::PledgeServiceClient::new(client);
        pledges.create_pledge(request.clone()).await
    };
    let first = offer(vec![grant("ben")]).await.unwrap().into_inner();
    // The grant was moved to another partner, and it is moved back.
    assert_eq!(reason(&offer(vec![grant("ken")]).await.unwrap_err()), "NOT_ALLOWED");
    let again = offer(vec![grant("ken"), grant("ben")]).await.unwrap();
    assert!(again.metadata().contains_key(REPLAYED));
    assert_eq!(again.into_inner(), first);
}

/// What a call is refused with that is made once more; `None` where it may be made twice.
fn refused_again(call: &Call) -> Option<&'static str> {
    let corrects = call.request.get_field_by_name("corrects_revision");
    match call.method.name() {
        // The first correction took the place of the revision.
        _ if corrects.is_some_and(|number| number.as_i64() != Some(0)) => Some("FIELD_INVALID"),
        "CorrectHeadcount" | "DelayMovement" | "VerifyIncident" => None,
        name if name.starts_with("Update") => None,
        name if name.starts_with("Create") => Some("ALREADY_EXISTS"),
        name if name.starts_with("Delete") => Some("NOT_FOUND"),
        _ => Some("STATE_FORBIDS"),
    }
}

#[tokio::test]
async fn a_request_id_is_free_again_after_its_time_for_one_of_two_twins() {
    let mut walk = Walk::start().await;
    let mut changes = 0;
    for call in every_change().calls() {
        let name = call.method.full_name();
        let answer = walk.call(call).await.unwrap();
        walk.remember(call, &answer);
        let role =
            call.method.parent_service().package_name().split('.').nth(1).unwrap().to_owned();
        let pool = walk.world.sql(&role).await;
        let past = format!("update {role}.idempotency_keys set expires_at = now() - interval '1s'");
        sqlx::query(sqlx::AssertSqlSafe(past)).execute(&pool).await.unwrap();
        pool.close().await;
        // Nobody remembers it: the call is a new one, and what it makes or changes is not as it
        // was.
        changes += 1;
        let (first, second) = tokio::join!(walk.call(call), walk.call(call));
        if let Some(expected) = refused_again(call) {
            for answer in [first, second] {
                assert_eq!(reason(&answer.unwrap_err()), expected, "{name}");
            }
        } else {
            changes += 1;
            let (first, second) = (first.unwrap(), second.unwrap());
            assert_eq!(first.get_ref(), second.get_ref(), "{name}");
            let replayed = [&first, &second].map(|answer| answer.metadata().contains_key(REPLAYED));
            assert_ne!(replayed[0], replayed[1], "{name}");
            walk.remember(call, &first);
        }
        assert_eq!(walk.changes().await, changes, "after {name}");
    }
}
