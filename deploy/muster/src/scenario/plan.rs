//! From a file's tables to the calls that load it.

use std::collections::BTreeSet;

use muster_service::{Clock, rules};
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};
use toml::{Table, Value as Given};
use uuid::Uuid;

use super::{
    Call, CallKind, Location, Problem, Scenario,
    catalogue::{self, Kind},
    moment, partners,
    reader::{Reader, Sources},
};

/// The same content always has the same request ids, so that loading it again is a repetition.
const NAMESPACE: Uuid = Uuid::from_u128(0x8f1d_2c0a_5b0e_4a57_9a55_1f0d_6d75_7374);

/// When what an entry says became known; it stands beside the resource, not in it.
const KNOWN: &str = "known_time";

/// Keys of a step that are filled in here.
const FILLED_IN: [&str; 3] = ["name", "request_id", "etag"];

/// Checks a file and plans its calls; answers with every problem where there is one.
pub fn plan(document: &Table) -> Result<Scenario, Vec<Problem>> {
    let mut problems = unknown_tables(document);
    let mission = match document.get("mission") {
        Some(Given::Table(table)) => Some(table),
        _ => None,
    };
    let id = mission.and_then(|table| table.get("id")).and_then(Given::as_str);
    let (Some(kind), Some(table), Some(id)) = (catalogue::mission(), mission, id) else {
        problems.push(problem("mission", "must be one table with an id"));
        return Err(problems);
    };
    let sources = sources(document, id, &mut problems);
    let mut plan =
        Plan { mission: id, sources, names: BTreeSet::new(), calls: Vec::new(), problems };
    let seen_from = document.get("seen_from").and_then(|given| {
        if let Given::Datetime(time) = given {
            moment::timestamp(time)
                .map_err(|what| plan.problems.push(problem("seen_from", what)))
                .ok()
        } else {
            plan.problems.push(problem("seen_from", "must be a date and time"));
            None
        }
    });
    plan.entry(kind, "", table);
    for kind in catalogue::within(None) {
        plan.table(kind, document);
    }
    if plan.problems.is_empty() {
        let partners = partners::of_resources(&plan.calls);
        Ok(Scenario { mission: id.to_owned(), seen_from, calls: plan.calls, partners })
    } else {
        Err(plan.problems)
    }
}

fn unknown_tables(document: &Table) -> Vec<Problem> {
    let known: BTreeSet<&str> = ["mission", "seen_from", "sources"]
        .into_iter()
        .chain(catalogue::within(None).map(|kind| kind.table.as_str()))
        .collect();
    let what = format!(
        "is no table of a scenario; those are {}",
        Vec::from_iter(known.clone()).join(", ")
    );
    document
        .keys()
        .filter(|key| !known.contains(key.as_str()))
        .map(|key| problem(key, &what))
        .collect()
}

/// Reads `[sources.…]`, and checks them as if each were used.
fn sources(document: &Table, mission: &str, problems: &mut Vec<Problem>) -> Sources {
    let mut sources = Sources::new();
    let (Some(given), Some(kind)) =
        (document.get("sources"), rules::message("muster.common.v1.Source"))
    else {
        return sources;
    };
    let Given::Table(given) = given else {
        problems.push(problem("sources", "must be a table of tables"));
        return sources;
    };
    for (name, given) in given {
        let none = Sources::new();
        let mut reader = Reader::new(mission, &none, "sources", name);
        if let Given::Table(table) = given {
            let source = reader.message(&kind, table, &[]);
            check(&mut reader, &source, |path| path);
            sources.insert(name.clone(), source);
        } else {
            reader.problem("must be a table");
        }
        problems.extend(reader.into_problems());
    }
    sources
}

struct Plan<'d> {
    mission: &'d str,
    sources: Sources,
    names: BTreeSet<String>,
    calls: Vec<Call>,
    problems: Vec<Problem>,
}

impl Plan<'_> {
    /// Plans the entries of a top-level table.
    fn table(&mut self, kind: &Kind, document: &Table) {
        let parent = format!("missions/{}", self.mission);
        match document.get(&kind.table) {
            None => {}
            Some(Given::Array(entries)) => {
                for (index, entry) in entries.iter().enumerate() {
                    match entry {
                        Given::Table(entry) => self.entry(kind, &parent, entry),
                        _ => self
                            .problems
                            .push(problem(&format!("{}[{index}]", kind.table), "must be a table")),
                    }
                }
            }
            Some(_) => {
                let what = format!("must be an array of tables: [[{}]]", kind.table);
                self.problems.push(problem(&kind.table, &what));
            }
        }
    }

    /// Plans a top-level entry with everything below it.
    fn entry(&mut self, kind: &Kind, parent: &str, entry: &Table) {
        let id = entry.get("id").and_then(Given::as_str).unwrap_or_default();
        let table = if parent.is_empty() { "mission" } else { &kind.table };
        let sources = std::mem::take(&mut self.sources);
        let mut reader = Reader::new(self.mission, &sources, table, id);
        self.resource(kind, parent, entry, &mut reader);
        self.problems.extend(reader.into_problems());
        self.sources = sources;
    }

    /// Plans one resource: its creation, then what lies in it, then its steps.
    fn resource(&mut self, kind: &Kind, parent: &str, table: &Table, reader: &mut Reader<'_>) {
        let Some(id) = table.get("id").and_then(Given::as_str).filter(|id| !id.is_empty()) else {
            return reader.at("id", |reader| reader.problem("is missing, or is no string"));
        };
        let name = match parent {
            "" => format!("missions/{id}"),
            parent => format!("{parent}/{}/{id}", kind.collection),
        };
        if !self.names.insert(name.clone()) {
            return reader.at("id", |reader| reader.problem("stands twice in this file"));
        }
        let inner: Vec<_> = match parent {
            // What lies in the mission has tables of its own.
            "" => Vec::new(),
            _ => catalogue::within(Some(&kind.collection)).collect(),
        };
        let aside = ["id", KNOWN, "steps"]
            .into_iter()
            .chain(inner.iter().map(|inner| inner.table.as_str()));
        let aside: Vec<&str> = aside.collect();
        let request = creation(kind, parent, id, &name, (table, &aside), reader);
        let call = (kind.create.clone(), request);
        self.push(kind, &name, reader.place(), call, CallKind::Create);
        for inner in inner {
            each_table(reader, table, &inner.table, |reader, _, table| {
                self.resource(inner, &name, table, reader);
            });
        }
        each_table(reader, table, "steps", |reader, index, table| {
            if let Some(call) = step(kind, &name, index, table, reader) {
                self.push(kind, &name, reader.place(), call, CallKind::Step);
            }
        });
    }

    fn push(
        &mut self,
        kind: &Kind,
        name: &str,
        place: Location,
        (method, request): (MethodDescriptor, DynamicMessage),
        what: CallKind,
    ) {
        let (table, name) = (kind.table.clone(), name.to_owned());
        self.calls.push(Call { place, table, name, method, request, kind: what });
    }
}

/// The request that creates a resource from a table without the keys that are set aside.
fn creation(
    kind: &Kind,
    parent: &str,
    id: &str,
    name: &str,
    (table, aside): (&Table, &[&str]),
    reader: &mut Reader<'_>,
) -> DynamicMessage {
    let before = reader.problem_count();
    let resource = reader.message(&kind.create.output(), table, aside);
    let mut said = Table::new();
    said.extend(table.get(KNOWN).map(|given| (KNOWN.to_owned(), given.clone())));
    let mut request = reader.message(&kind.create.input(), &said, &[]);
    if !parent.is_empty() {
        request.set_field_by_name("parent", Value::String(parent.to_owned()));
    }
    request.set_field(&kind.id_field, Value::String(id.to_owned()));
    request.set_field(&kind.resource_field, Value::Message(resource));
    set_request_id(&mut request, name);
    if reader.problem_count() == before {
        let within = format!("{}.", kind.resource_field.name());
        check(reader, &request, |path| match path.strip_prefix(&within) {
            Some(path) => path,
            None if path == kind.id_field.name() => "id",
            None => path,
        });
    }
    request
}

/// The request of a step, and its method.
fn step(
    kind: &Kind,
    name: &str,
    index: usize,
    table: &Table,
    reader: &mut Reader<'_>,
) -> Option<(MethodDescriptor, DynamicMessage)> {
    let method = table.get("method").and_then(Given::as_str).unwrap_or_default();
    let Some(method) = kind.step(method) else {
        let steps = kind.steps().join(", ");
        let what = if steps.is_empty() {
            "is needless: there are no steps here".to_owned()
        } else {
            format!("must be one of {steps}")
        };
        reader.at("method", |reader| reader.problem(what));
        return None;
    };
    let before = reader.problem_count();
    for key in FILLED_IN.into_iter().filter(|key| table.contains_key(*key)) {
        reader.at(key, |reader| reader.problem("is filled in by the loader"));
    }
    let aside = ["method", FILLED_IN[0], FILLED_IN[1], FILLED_IN[2]];
    let mut request = reader.message(&method.input(), table, &aside);
    set_name(&mut request, kind, name);
    set_request_id(&mut request, &format!("{name}#{index}/{}", method.name()));
    if reader.problem_count() == before {
        check(reader, &request, |path| path);
    }
    Some((method, request))
}

/// Says which resource a step is for. An update says it in the resource, and one of a part of the
/// resource names that part itself, within the mission.
fn set_name(request: &mut DynamicMessage, kind: &Kind, name: &str) {
    let full = Value::String(name.to_owned());
    if request.descriptor().get_field_by_name("name").is_some() {
        return request.set_field_by_name("name", full);
    }
    let descriptor = request.descriptor();
    let Some(field) = descriptor.fields().find(|field| {
        field.name() != "update_mask"
            && field.kind().as_message().is_some()
            && request.has_field(field)
    }) else {
        return;
    };
    let Some(mut resource) = request.get_field(&field).as_message().cloned() else { return };
    let mission: Vec<&str> = name.split('/').take(2).collect();
    let part = resource.get_field_by_name("name").and_then(|part| part.as_str().map(str::to_owned));
    resource.set_field_by_name(
        "name",
        match part {
            Some(part) if field != kind.resource_field && !part.is_empty() => {
                Value::String(format!("{}/{part}", mission.join("/")))
            }
            _ => full,
        },
    );
    request.set_field(&field, Value::Message(resource));
}

fn set_request_id(request: &mut DynamicMessage, content: &str) {
    let id = Uuid::new_v5(&NAMESPACE, content.as_bytes());
    request.set_field_by_name("request_id", Value::String(id.to_string()));
}

/// Holds a message against the rules of the protos, as the services will.
fn check(reader: &mut Reader<'_>, message: &DynamicMessage, place: impl Fn(&str) -> &str) {
    for violation in rules::violations_of_request(message, Clock::System.now()) {
        reader.at(place(violation.path()), |reader| reader.problem(violation.rule()));
    }
}

/// Visits the tables of an array, which may be absent.
fn each_table(
    reader: &mut Reader<'_>,
    table: &Table,
    key: &str,
    mut visit: impl FnMut(&mut Reader<'_>, usize, &Table),
) {
    let Some(given) = table.get(key) else { return };
    let Given::Array(entries) = given else {
        return reader.at(key, |reader| reader.problem("must be an array of tables"));
    };
    for (index, entry) in entries.iter().enumerate() {
        reader.at(format!("{key}[{index}]"), |reader| match entry {
            Given::Table(entry) => visit(reader, index, entry),
            _ => reader.problem("must be a table"),
        });
    }
}

fn problem(key: &str, what: &str) -> Problem {
    Problem {
        place: Location { key: key.to_owned(), ..Location::default() },
        what: what.to_owned(),
    }
}
