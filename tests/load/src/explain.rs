//! How each read is answered where there is much: every method that reads is called over a million
//! rows of each large table, and Postgres says with which plan (`auto_explain`). A plan that reads a
//! large table from one end to the other fails the run.

mod fill;

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use muster::client::Client;
use muster_service::rules::pool;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use prost_types::method_options::IdempotencyLevel;
use serde_json::{Value, json};
use tonic::{Code, Request};

use crate::{recorded::messages, world::World};

/// Plans of every statement, those inside functions too.
const SETTINGS: [&str; 4] = [
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_nested_statements = on",
    "auto_explain.log_format = 'json'",
];
/// What methods ask about; the first that a method takes.
const NAMES: [&str; 9] = [
    "missions/0",
    "missions/0/contingents/first",
    "missions/0/incidents/first",
    "missions/0/figures/first",
    "missions/0/statements/first",
    "missions/0/timelineEvents/first",
    "missions/0/pledges/first",
    "missions/0/movements/first",
    "missions/0/sites/first",
];
/// A table with fewer rows may be read as a whole.
const LARGE: f32 = 10_000.0;

pub async fn run() -> anyhow::Result<()> {
    let world = World::start().await?;
    let large = {
        let deployment = world.deployment().await?;
        let reporting = world.reporting(&deployment).await?;
        fill::all(&world, &world.client_of_both(&deployment, &reporting).await?).await?
    };
    world.set_for_services(&SETTINGS).await?;
    // Services of their own: what is logged is decided when a connection is opened.
    let deployment = world.deployment().await?;
    let reporting = world.reporting(&deployment).await?;
    let client = world.client_of_both(&deployment, &reporting).await?;
    let (mut plans, mut scans, mut silent) = (0, BTreeMap::new(), Vec::new());
    for method in reads() {
        let before = world.log()?.len();
        let asked = ask(&client, &method).await?;
        let log = world.log()?.split_off(before);
        let found = explained(&log)?;
        let statements = found.iter().filter(|plan| 0 < touched(&plan["Plan"], &large)).count();
        println!("  {:60} {asked} calls, {statements} plans over large tables", method.full_name());
        plans += statements;
        if asked == 0 {
            silent.push(method.full_name().to_owned());
        }
        for plan in &found {
            for table in scanned(&plan["Plan"], &large) {
                let text = plan["Query Text"].as_str().unwrap_or_default().to_owned();
                scans.entry(text).or_insert((method.full_name().to_owned(), table));
            }
        }
    }
    drop((deployment, reporting));
    world.stop().await?;
    for (text, (method, table)) in &scans {
        println!("{method} reads all of {table}: {text}");
    }
    println!("not asked: {}", silent.join(", "));
    println!(
        "explain: {plans} plans over {} large tables, {} read all of one",
        large.len(),
        scans.len()
    );
    ensure!(0 < plans && scans.is_empty(), "plans read a whole table");
    Ok(())
}

/// The methods that read and answer once.
fn reads() -> Vec<MethodDescriptor> {
    let services = pool().services().filter(|service| service.full_name().starts_with("muster."));
    let is_read = |method: &MethodDescriptor| {
        let options = method.method_descriptor_proto().options.clone().unwrap_or_default();
        options.idempotency_level() == IdempotencyLevel::NoSideEffects
            && !method.is_server_streaming()
    };
    let methods: Vec<_> =
        services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect();
    methods.into_iter().filter(is_read).collect()
}

/// Calls a method about what is known, and about what was known; how many calls it took.
async fn ask(client: &Client, method: &MethodDescriptor) -> anyhow::Result<usize> {
    let mut asked = 0;
    for as_of in [None, Some("2100-01-01T00:00:00Z")] {
        for name in NAMES {
            let Ok(request) = request(method, name, as_of) else { continue };
            match client.call(method, Request::new(request)).await {
                Ok(_) => asked += 1,
                Err(status) if status.code() == Code::InvalidArgument => continue,
                Err(status) if status.code() == Code::NotFound => continue,
                Err(status) => return Err(status).context(method.full_name().to_owned()),
            }
            break;
        }
    }
    Ok(asked)
}

/// A request about something, with all that some methods ask for besides.
fn request(
    method: &MethodDescriptor,
    name: &str,
    as_of: Option<&str>,
) -> Result<DynamicMessage, serde_json::Error> {
    let input = method.input();
    let period = json!({"startDate": {"year": 2024, "month": 1, "day": 1},
        "endDate": {"year": 2025, "month": 1, "day": 1}});
    let known = [
        ("name", json!(name)),
        ("parent", json!(name)),
        ("mission", json!(name)),
        ("names", json!([name])),
        ("area_code", json!("HT")),
        ("period", period),
        ("harm", json!("HARM_KILLED")),
        ("part", json!(1)),
        ("format", json!(1)),
        ("page_size", json!(100)),
    ];
    let mut fields: BTreeMap<&str, Value> = known.into_iter().collect();
    fields.extend(as_of.map(|moment| ("as_of_time", json!(moment))));
    fields.retain(|field, _| input.get_field_by_name(field).is_some());
    if fields.contains_key("names") {
        fields.remove("name");
    }
    DynamicMessage::deserialize(input, json!(fields))
}

/// The plans in a part of Postgres' log.
fn explained(log: &str) -> anyhow::Result<Vec<Value>> {
    let plans = messages(log).into_iter().filter_map(|(_, _, text)| {
        let (_, plan) = text.split_once("plan:")?;
        Some(plan.to_owned())
    });
    plans.map(|plan| serde_json::from_str(&plan).context("a plan cannot be read")).collect()
}

/// How many steps of a plan touch one of these tables.
fn touched(plan: &Value, large: &[String]) -> usize {
    let is_large = |name: &Value| large.iter().any(|table| name == table);
    let inner = plan["Plans"].as_array().into_iter().flatten();
    usize::from(is_large(&plan["Relation Name"]))
        + inner.map(|plan| touched(plan, large)).sum::<usize>()
}

/// Those of the tables that a plan reads from one end to the other.
fn scanned(plan: &Value, large: &[String]) -> Vec<String> {
    let mut found: Vec<String> = plan["Plans"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|plan| scanned(plan, large))
        .collect();
    let whole = ["Seq Scan", "Parallel Seq Scan"].iter().any(|kind| plan["Node Type"] == *kind);
    found.extend(large.iter().filter(|table| whole && plan["Relation Name"] == **table).cloned());
    found
}
