//! The calls that callers make, read from two files in the format of scenarios: a resource that
//! is added to the services joins by its lines there.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use muster::scenario::{Call, Scenario};
use muster_service::rules::pool;
use prost_reflect::{MethodDescriptor, ServiceDescriptor};

const MISSION: &str = include_str!("mission.toml");
const LIFE: &str = include_str!("life.toml");

/// The calls that open a mission.
pub fn mission(mission: &str) -> anyhow::Result<Vec<Call>> {
    parse(&MISSION.replace("{mission}", mission))
}

/// The calls of one life in a mission, of which each life has its number.
pub fn life(mission_id: &str, life: usize) -> anyhow::Result<Vec<Call>> {
    let opened: BTreeSet<String> = mission(mission_id)?.into_iter().map(|call| call.name).collect();
    let text = format!("{MISSION}{LIFE}")
        .replace("{mission}", mission_id)
        .replace("{life}", &life.to_string())
        .replace("{ordinal}", &(1000 + life).to_string());
    let calls = parse(&text)?.into_iter();
    Ok(calls.filter(|call| !opened.contains(&call.name)).collect())
}

fn parse(text: &str) -> anyhow::Result<Vec<Call>> {
    Ok(Scenario::parse("life.toml", text).context("the calls of a life")?.calls().to_vec())
}

/// The path of a method, as HTTP/2 has it.
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// The service that answers a method: `deployment` or `reporting`.
pub fn service(method: &MethodDescriptor) -> &'static str {
    match method.parent_service().package_name() {
        "muster.deployment.v1" => "deployment",
        _ => "reporting",
    }
}

fn services() -> impl Iterator<Item = ServiceDescriptor> {
    pool().services().filter(|service| service.package_name().starts_with("muster."))
}

/// Every method that changes something: its request has a request id. Deletions are left out: they
/// answer with nothing that could be held against what is read later.
pub fn changing() -> Vec<MethodDescriptor> {
    let changes = |method: &MethodDescriptor| {
        method.input().get_field_by_name("request_id").is_some()
            && method.output().full_name() != "google.protobuf.Empty"
    };
    services().flat_map(|service| service.methods().filter(changes).collect::<Vec<_>>()).collect()
}

/// The methods that read one resource, by the full name of its message.
pub fn getters() -> BTreeMap<String, MethodDescriptor> {
    let gets = |method: &MethodDescriptor| {
        let output = method.output();
        method.name() == format!("Get{}", output.name())
            && output.get_field_by_name("etag").is_some()
    };
    let methods = services().flat_map(|service| service.methods().filter(gets).collect::<Vec<_>>());
    methods.map(|method| (method.output().full_name().to_owned(), method)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_that_changes_something_is_called() {
        let mut called: BTreeSet<String> = BTreeSet::new();
        for call in mission("m").unwrap().iter().chain(&life("m", 1).unwrap()) {
            called.insert(path(&call.method));
        }
        let missing: Vec<String> =
            changing().iter().map(path).filter(|path| !called.contains(path)).collect();
        assert!(missing.is_empty(), "add calls of {missing:?} to life.toml");
    }

    #[test]
    fn every_answer_to_a_change_can_be_read_again() {
        let getters = getters();
        for method in changing() {
            assert!(getters.contains_key(method.output().full_name()), "{}", method.full_name());
        }
    }
}
