//! A scenario that is loaded again, by whomever: what is new is loaded, what is equal is passed
//! over, what differs is told and left as it is.

use std::{fs, path::PathBuf};

use clap::Parser;
use muster::{
    cli::Program,
    refusal,
    roles::{self, Crew},
    scenario::{Loader, Scenario, Summary},
};
use muster_proto::{
    common::v1::ListRevisionsRequest,
    deployment::v1::history_service_client::HistoryServiceClient as DeploymentHistory,
    reporting::v1::history_service_client::HistoryServiceClient as ReportingHistory,
};
use muster_service::identity::{Grant, Role};
use muster_tests::World;

const SAMPLE: &str = include_str!("../../deploy/scenarios/haiti-mss.toml");

const MISSION: &str = r#"
[mission]
id = "m"
display_name = "M"
host_country_code = "HTI"

[[areas]]
id = "HT"
display_name = "Haiti"
level = 0

[[partners]]
id = "ken"
display_name = "Kenya"
country_code = "KEN"
roles = ["CONTRIBUTOR"]
"#;

fn figure(id: &str, quantity: &str) -> String {
    format!(
        r#"
[[figures]]
id = "{id}"
quantity = "{quantity}"
area_code = "HT"
role = "TRIANGULATION"
flow = {{ metric = "KILLED", period = {{ start_date = 2024-01-01, end_date = 2024-02-01 }} }}
source = {{ publisher = "UN" }}
"#
    )
}

/// The differences that another caller is told who loads this.
async fn loaded_by_another(world: &World, text: &str) -> Summary {
    let everything = [Role::Staff, Role::Analyst, Role::Editor].map(Grant::everywhere);
    let other = world.client_as("another", everything.into()).await;
    let scenario = Scenario::parse("again.toml", text).unwrap();
    Loader::new(&other).load(&scenario, |_| {}).await.unwrap()
}

fn told(summary: &Summary) -> Vec<String> {
    summary.differences.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn what_another_caller_loaded_is_nothing_new() {
    let world = World::start().await;
    world.load(SAMPLE).await;
    let again = loaded_by_another(&world, SAMPLE).await;
    assert_eq!(told(&again), [""; 0]);
    assert_eq!(again.changes(), 0, "{:?}", again.tables);
}

#[tokio::test]
async fn a_partly_new_file_loads_what_is_new_and_tells_what_differs() {
    let world = World::start().await;
    world.load(&format!("{MISSION}{}{}", figure("a", "5"), figure("b", "7"))).await;
    let file = format!("{MISSION}{}{}{}", figure("a", "6"), figure("b", "7"), figure("c", "8"));
    for expected in [1, 0] {
        let summary = loaded_by_another(&world, &file).await;
        assert_eq!(summary.changes(), expected);
        assert_eq!(
            told(&summary),
            ["figures/a differs from the file: quantity: 6 in the file, 5 there"]
        );
    }
}

#[tokio::test]
async fn the_same_caller_is_told_too() {
    let world = World::start().await;
    world.load(&format!("{MISSION}{}", figure("a", "5"))).await;
    let summary = world.load(&format!("{MISSION}{}", figure("a", "6"))).await;
    assert_eq!(
        told(&summary),
        ["figures/a differs from the file: quantity: 6 in the file, 5 there"]
    );
}

/// Runs the command as a process would, against this world, with a token of this name.
pub async fn command(world: &World, subject: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, world.token(subject)).unwrap();
    let (deployment, reporting) = (world.deployment.url(), world.reporting.as_ref().unwrap().url());
    let access = [
        "--deployment",
        &deployment,
        "--reporting",
        &reporting,
        "--token-file",
        token.to_str().unwrap(),
    ];
    let arguments = ["muster"].iter().chain(arguments).chain(&access);
    Program::try_parse_from(arguments)?.run().await
}

#[tokio::test]
async fn a_changed_quantity_with_another_callers_token_fails_the_command() {
    let world = World::start().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |quantity: &str| -> PathBuf {
        let file = folder.path().join(format!("{quantity}.toml"));
        fs::write(&file, format!("{MISSION}{}", figure("x", quantity))).unwrap();
        file
    };
    let first = write("6");
    command(&world, "first", &["load", first.to_str().unwrap()]).await.unwrap();
    command(&world, "second", &["load", first.to_str().unwrap()]).await.unwrap();
    let changed = write("5");
    let error = command(&world, "second", &["load", changed.to_str().unwrap()]).await.unwrap_err();
    let said = refusal::explain(&error);
    assert!(
        said.contains("figures/x differs from the file: quantity: 5 in the file, 6 there"),
        "{said}"
    );
}

/// Who recorded each call of the sample, by its request id.
#[tokio::test]
async fn each_step_of_the_sample_is_loaded_by_the_one_that_may_change_least_besides() {
    let world = World::start().await;
    let scenario = Scenario::parse("haiti-mss.toml", SAMPLE).unwrap();
    let contributors = roles::contributors(&scenario);
    let token = |name: &str, grant| Ok(world.token_of(name, vec![grant]));
    let crew = Crew::new(&world.client, &contributors, token).unwrap();
    let loader = Loader::with(|method, partner| crew.caller(method, partner));
    loader.load(&scenario, |_| {}).await.unwrap();

    let mut used = std::collections::BTreeSet::new();
    for call in scenario.calls() {
        let actor = actor(&world, call).await;
        if let Some(partner) = actor.strip_prefix("contributor-") {
            assert_eq!(scenario.partner_of(call), Some(partner), "{}", call.name);
            used.insert("contributor".to_owned());
            continue;
        }
        let (role, _) = *muster::keys::OF_PEOPLE.iter().find(|(_, name)| *name == actor).unwrap();
        for (other, name) in muster::keys::OF_PEOPLE {
            let alone = |_: &str, _| Ok(world.token_of(name, vec![Grant::everywhere(other)]));
            if roles::changes(other) < roles::changes(role) {
                let answer = refused(&Crew::new(&world.client, &[], alone).unwrap(), call).await;
                assert_eq!(answer, "NOT_ALLOWED", "{name} for {}", call.name);
            }
        }
        used.insert(actor);
    }
    let all = ["analyst", "contributor", "editor", "host-force", "monitor", "staff"];
    assert_eq!(Vec::from_iter(used), all);
}

async fn actor(world: &World, call: &muster::scenario::Call) -> String {
    let request = ListRevisionsRequest { name: call.name.clone(), ..Default::default() };
    let answer = if call.method.parent_service().package_name() == "muster.deployment.v1" {
        let mut history = DeploymentHistory::new(world.client.deployment.clone());
        history.list_revisions(request).await
    } else {
        let mut history = ReportingHistory::new(world.client.reporting.clone());
        history.list_revisions(request).await
    };
    let revisions = answer.unwrap().into_inner().revisions;
    let id = call.request.get_field_by_name("request_id").unwrap();
    let made = revisions.iter().find(|made| Some(made.request_id.as_str()) == id.as_str());
    made.unwrap_or_else(|| panic!("{} has no revision", call.name)).actor.clone()
}

/// The reason that a call is refused for.
async fn refused(crew: &Crew, call: &muster::scenario::Call) -> String {
    let request = tonic::Request::new(call.request.clone());
    let answer = crew.caller(&call.method, None).call(&call.method, request).await;
    answer.map_or_else(|status| muster_tests::reason(&status), |_| "nothing".to_owned())
}
