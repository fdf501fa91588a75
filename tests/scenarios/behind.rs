//! No read answers from before what its consistency token speaks of, whichever read it is.

use std::collections::BTreeMap;

use fastrand::Rng;
use muster::scenario::Scenario;
use muster_proto::{
    common::v1::ListChangesRequest,
    deployment::v1::{ListMissionsRequest, mission_service_client::MissionServiceClient},
    reporting::v1::change_feed_service_client::ChangeFeedServiceClient,
};
use muster_service::{identity::Grant, identity::Role, token::Token};
use muster_tests::{
    World,
    hostile::{self, EVERY_CHANGE, Seeds, methods},
    no_older_than, reason,
};
use muster_values::MissionId;
use prost::Message;
use prost_reflect::{MethodDescriptor, prost_types::method_options::IdempotencyLevel};

/// How long a read may wait for what does not come.
const PATIENCE: &str = "400m";
/// How often a good request is tried to be made.
const TRIES: usize = 100;

fn reads(package: &str) -> Vec<MethodDescriptor> {
    let is_read = |method: &MethodDescriptor| {
        let options = method.method_descriptor_proto().options.as_ref();
        options
            .is_some_and(|options| options.idempotency_level() == IdempotencyLevel::NoSideEffects)
            && method.parent_service().package_name() == package
    };
    methods().into_iter().filter(is_read).collect()
}

/// Asks every read of a service with a token; answers what each said.
async fn all_with(world: &World, package: &str, token: &Token) -> BTreeMap<String, String> {
    let seeds = Seeds::of(&Scenario::parse("every-change.toml", EVERY_CHANGE).unwrap());
    let (mut rng, mut said) = (Rng::with_seed(1), BTreeMap::new());
    for method in reads(package) {
        // What is made of descriptors alone is not always good.
        for _ in 0..TRIES {
            let mut request = seeds.good(&method, &mut rng);
            request.clear_field_by_name("page_token");
            let mut metadata = no_older_than((), &token.to_string()).into_parts().0;
            metadata.insert("grpc-timeout", PATIENCE.parse().unwrap());
            let channel = world.client.service_of(&method).unwrap().clone();
            let answer = hostile::send(channel, &method, request.encode_to_vec(), metadata).await;
            let answer = answer.err().map_or("an answer".to_owned(), |refused| reason(&refused));
            let is_good = answer != "FIELD_INVALID";
            said.insert(method.full_name().to_owned(), answer);
            if is_good {
                break;
            }
        }
    }
    said
}

#[tokio::test]
async fn every_read_refuses_what_its_caller_cannot_have_seen_here() {
    let world = World::start().await;
    world.load(EVERY_CHANGE).await;
    let mut deployment: Token = world.last_token().await.parse().unwrap();
    let mut feed = ChangeFeedServiceClient::new(world.client.reporting.clone());
    let request = ListChangesRequest { parent: "missions/m".into(), ..Default::default() };
    let page = feed.list_changes(no_older_than(request, &deployment.to_string())).await.unwrap();
    let page = page.into_inner();
    let reporting = Token {
        service: "reporting".into(),
        mission: MissionId::trusted("m"),
        epoch: page.epoch.parse().unwrap(),
        position: page.head_position + 1_000,
    };
    deployment.position += 1_000;
    let cases = [
        ("muster.deployment.v1", &deployment, "FEED_POSITION_AHEAD"),
        ("muster.reporting.v1", &reporting, "FEED_POSITION_AHEAD"),
        ("muster.reporting.v1", &deployment, "NOT_CAUGHT_UP"),
    ];
    for (package, token, expected) in cases {
        let said = all_with(&world, package, token).await;
        assert!(10 < said.len(), "{said:?}");
        let wrong: Vec<_> = said.iter().filter(|(_, said)| *said != expected).collect();
        assert!(wrong.is_empty(), "{token}: {wrong:#?}");
    }
}

#[tokio::test]
async fn a_token_that_is_made_up_tells_nothing_of_missions_that_are_not_the_callers() {
    let world = World::start().await;
    world.ready_mission().await;
    let elsewhere = Grant { mission: "elsewhere".to_owned(), ..Grant::everywhere(Role::Staff) };
    let client = world.client_with(vec![elsewhere]).await;
    let made_up = Token {
        service: "deployment".into(),
        mission: MissionId::trusted("m"),
        epoch: uuid::Uuid::now_v7(),
        position: 5,
    };
    let request = no_older_than(ListMissionsRequest::default(), &made_up.to_string());
    let listed = MissionServiceClient::new(client.deployment).list_missions(request).await.unwrap();
    assert_eq!(listed.into_inner().missions, []);
}
