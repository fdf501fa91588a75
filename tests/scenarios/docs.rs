//! The pages: short, with links that lead somewhere, and with commands that do what they say.

use std::{
    fs,
    path::{Path, PathBuf},
};

use muster_proto::deployment::v1::{self as pb, strength_service_client::StrengthServiceClient};
use muster_service::rules;
use muster_tests::World;
use prost_reflect::DynamicMessage;
use regex::Regex;

use crate::loading::command;

const SAMPLE: &str = include_str!("../../deploy/scenarios/haiti-mss.toml");
const PAGES: [&str; 5] = [
    "README.md",
    "proto/README.md",
    "deploy/README.md",
    "tests/README.md",
    "deploy/scenarios/README.md",
];

/// What a reader reads before looking things up.
const MOST_WORDS: usize = 700;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

fn introduction() -> String {
    page("README.md").split("\n## Reference\n").next().unwrap().to_owned()
}

/// The commands of all shell blocks, with lines that go on joined.
fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let joined = blocks.collect::<String>().replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

#[test]
fn the_readme_is_short_before_the_reference() {
    let whole = page("README.md");
    assert!(whole.contains("\n## Reference\n"));
    let words = introduction().split_whitespace().count();
    assert!(words <= MOST_WORDS, "{words} words");
}

#[test]
fn links_and_named_files_exist() {
    let link = Regex::new(r"\]\(([^)#:]+)\)").unwrap();
    let file = Regex::new(r"`([a-z_.-]+(?:/[a-z_.-]+)+\.(?:rs|md|toml|proto|yaml))`").unwrap();
    for name in PAGES {
        let text = page(name);
        let folder = root().join(name).parent().unwrap().to_owned();
        for found in link.captures_iter(&text) {
            assert!(folder.join(&found[1]).exists(), "{name} links to {}", &found[1]);
        }
        for found in file.captures_iter(&text) {
            let exists = [&root(), &folder].iter().any(|from| from.join(&found[1]).exists());
            assert!(exists, "{name} names {}", &found[1]);
        }
    }
}

#[test]
fn every_command_of_the_program_in_a_page_can_be_read() {
    use clap::Parser;
    for name in PAGES {
        for line in commands(&page(name)) {
            let Some(arguments) = line.strip_prefix("cargo run --release -- ") else { continue };
            let arguments = arguments.split(" #").next().unwrap().split_whitespace();
            let parsed =
                muster::cli::Program::try_parse_from(["muster"].into_iter().chain(arguments));
            assert!(parsed.is_ok(), "{name}: {line}: {}", parsed.unwrap_err());
        }
    }
}

/// Makes a call as grpcurl does: by the services' own descriptors, with the data of `-d`.
async fn grpcurl(world: &World, line: &str) -> serde_json::Value {
    let data = line.split("-d '").nth(1).unwrap().split('\'').next().unwrap();
    let (service, method) = line.rsplit(' ').next().unwrap().split_once('/').unwrap();
    let service = rules::pool().get_service_by_name(service).unwrap();
    let method = service.methods().find(|found| found.name() == method).unwrap();
    let mut json = serde_json::Deserializer::from_str(data);
    let request = DynamicMessage::deserialize(method.input(), &mut json).unwrap();
    let role =
        Regex::new(r"tokens/([a-z-]+)\.token").unwrap().captures(line).unwrap()[1].to_owned();
    let (role, name) = *muster::keys::OF_PEOPLE.iter().find(|(_, name)| *name == role).unwrap();
    let token = world.token_of(name, vec![muster_service::identity::Grant::everywhere(role)]);
    let client = world.client_showing(Some(&token)).await;
    let answer = client.call(&method, tonic::Request::new(request)).await;
    serde_json::to_value(answer.unwrap_or_else(|status| panic!("{line}: {status:?}")).into_inner())
        .unwrap()
}

#[tokio::test]
async fn the_first_read_and_the_first_write_of_the_readme_work_as_they_stand() {
    let world = World::start().await;
    world.load(SAMPLE).await;
    let (mut read, mut written) = (0, Vec::new());
    for line in commands(&introduction()) {
        if let Some(arguments) = line.strip_prefix("cargo run --release -- ") {
            if !arguments.starts_with("up") {
                let arguments: Vec<&str> = arguments.split_whitespace().collect();
                command(&world, "reader", &arguments).await.unwrap();
                read += 1;
            }
        } else if line.starts_with("grpcurl ") {
            // Pasting it twice must do no harm.
            let first = grpcurl(&world, &line).await;
            assert_eq!(grpcurl(&world, &line).await, first);
            written.push(first["name"].as_str().unwrap().to_owned());
        }
    }
    assert!(1 <= read);
    assert_eq!(written, ["missions/haiti-mss/strengthClaims/about-410"]);
}

#[tokio::test]
async fn the_claims_that_the_readme_shows_are_compared_as_it_shows_them() {
    let world = World::start().await;
    world.load(SAMPLE).await;
    let mut strengths = StrengthServiceClient::new(world.client.deployment.clone());
    let request =
        pb::GetStrengthRequest { name: "missions/haiti-mss".into(), ..Default::default() };
    let strength = strengths.get_strength(request).await.unwrap().into_inner();
    let text = introduction();
    let rows = text.lines().filter(|line| line.starts_with("strengthClaims/flight-1-"));
    let mut shown = 0;
    for row in rows {
        let cells: Vec<&str> = row.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect();
        let name = format!("missions/haiti-mss/{}", cells[0]);
        let found = strength.reconciliations.iter().find(|one| one.claim == name).unwrap();
        let verdict = found.verdict().as_str_name().trim_start_matches("RECONCILIATION_VERDICT_");
        assert_eq!(cells[3], verdict.to_lowercase().replace('_', " "), "{row}");
        let recorded = found.recorded.as_ref().and_then(|recorded| recorded.at_least).unwrap();
        assert_eq!(cells[2], recorded.to_string(), "{row}");
        let (claimed, reading) = (found.claimed.as_ref().unwrap(), found.claimed_reading.as_ref());
        let said = match reading.and_then(|reading| reading.at_least.zip(reading.at_most)) {
            Some((least, most)) => format!("{} (read as {least} to {most})", claimed.as_written),
            None => claimed.as_written.clone(),
        };
        assert!(cells[1].starts_with(&said), "{row}");
        shown += 1;
    }
    assert_eq!(shown, 4);
}

#[tokio::test]
async fn the_calls_of_the_partners_page_work_as_they_stand() {
    let world = World::start().await;
    world.load(SAMPLE).await;
    let calls: Vec<String> = commands(&page("proto/README.md"))
        .into_iter()
        .filter(|line| line.starts_with("grpcurl "))
        .collect();
    assert!(2 <= calls.len());
    for line in calls {
        grpcurl(&world, &line).await;
    }
}

#[test]
fn the_example_of_the_tests_page_is_a_test() {
    let text = page("tests/README.md");
    let example = text.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    let scenarios = root().join("tests/scenarios");
    let quoted = fs::read_dir(scenarios).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        path.is_file() && fs::read_to_string(path).unwrap().contains(example)
    });
    assert!(quoted, "no scenario has the example");
}
