use std::collections::BTreeSet;

use prost_reflect::{DynamicMessage, Value};

use super::*;

const GOOD: &str = r#"
[mission]
id = "haiti-mss"
display_name = "Support mission"
host_country_code = "HTI"
readiness_requirements = [{ state = "BRIEFED", check_type = "BRIEFING" }]

[sources.unsc]
publisher = "United Nations Security Council"
publication_date = "2023-10"

[[situation_reports]]
id = "r1"
area_code = "HT"
period = { start_date = 2024-01-01, end_date = 2024-04-01 }
steps = [{ method = "ApproveSituationReport" }, { method = "PublishSituationReport" }]

[[contingents]]
id = "ken-1"
display_name = "First"
partner = "ken"
pledge = "pledges/ken"
ordinal = 1
category = "POLICE"
headcount = 400
pledge_time = 2024-02-01T00:00:00Z
sources = ["unsc", { ref = "unsc", excerpt = "authorised" }, { publisher = "The Star" }]
readiness_checks = [
    { id = "briefing", type = "BRIEFING", result = "PASSED", check_time = 2024-06-24T08:00:00+03:00 },
]
steps = [{ method = "AdvanceContingent", state = "CONFIRMED", effective_time = 2024-03-01T00:00:00Z }]

[[pledges]]
id = "ken"
partner = "ken"
size = "more than 1,000"
offer_date = "2023-07"

[[areas]]
id = "HT"
display_name = "Haiti"
level = 0

[[areas]]
id = "HT01"
display_name = "Ouest"
level = 1
parent_area = "HT"

[[sites]]
id = "airport"
display_name = "Airport"
kind = "AIRPORT"
area_code = "HT01"
point = { latitude = 18.58, longitude = -72 }
"#;

fn good() -> Scenario {
    Scenario::parse("good.toml", GOOD).unwrap()
}

fn problems(text: &str) -> Vec<String> {
    let invalid = Scenario::parse("bad.toml", text).unwrap_err();
    invalid.problems().iter().map(Problem::to_string).collect()
}

/// What a scenario says with something added to its mission.
fn with(addition: &str) -> Vec<String> {
    problems(&format!(
        "[mission]\nid = \"m\"\ndisplay_name = \"M\"\nhost_country_code = \"HTI\"\n{addition}"
    ))
}

fn value(message: &DynamicMessage, path: &str) -> Value {
    path.split('.').fold(Value::Message(message.clone()), |value, key| {
        match (value, key.parse::<usize>()) {
            (Value::List(items), Ok(index)) => items[index].clone(),
            (Value::Message(message), _) => message.get_field_by_name(key).unwrap().into_owned(),
            (value, _) => panic!("{value:?} has no {key}"),
        }
    })
}

fn text(message: &DynamicMessage, path: &str) -> String {
    value(message, path).as_str().unwrap().to_owned()
}

#[test]
fn calls_come_in_the_order_in_which_they_refer_to_each_other() {
    let scenario = good();
    let calls: Vec<_> = scenario
        .calls()
        .iter()
        .map(|call| format!("{} {}", call.method.name(), call.name))
        .collect();
    assert_eq!(
        calls,
        [
            "CreateMission missions/haiti-mss",
            "CreateArea missions/haiti-mss/areas/HT",
            "CreateArea missions/haiti-mss/areas/HT01",
            "CreatePledge missions/haiti-mss/pledges/ken",
            "CreateContingent missions/haiti-mss/contingents/ken-1",
            "CreateReadinessCheck missions/haiti-mss/contingents/ken-1/readinessChecks/briefing",
            "AdvanceContingent missions/haiti-mss/contingents/ken-1",
            "CreateSite missions/haiti-mss/sites/airport",
            "CreateSituationReport missions/haiti-mss/situationReports/r1",
            "ApproveSituationReport missions/haiti-mss/situationReports/r1",
            "PublishSituationReport missions/haiti-mss/situationReports/r1",
        ]
    );
    assert_eq!(scenario.counts()[1], ("areas", 2));
    assert_eq!(scenario.calls()[6].place.to_string(), "contingents \"ken-1\": steps[0]");
}

#[test]
fn short_forms_become_whole_messages() {
    let scenario = good();
    let contingent = &scenario.calls()[4].request;
    assert_eq!(text(contingent, "parent"), "missions/haiti-mss");
    assert_eq!(text(contingent, "contingent_id"), "ken-1");
    assert_eq!(text(contingent, "contingent.partner"), "missions/haiti-mss/partners/ken");
    assert_eq!(text(contingent, "contingent.pledge"), "missions/haiti-mss/pledges/ken");
    assert_eq!(value(contingent, "contingent.category"), Value::EnumNumber(1));
    assert_eq!(value(contingent, "contingent.pledge_time.seconds"), Value::I64(1_706_745_600));
    assert_eq!(value(contingent, "contingent.sources.0.publication_date.month"), Value::I32(10));
    assert_eq!(value(contingent, "contingent.sources.0.publication_date.day"), Value::I32(0));
    assert_eq!(text(contingent, "contingent.sources.1.excerpt"), "authorised");
    assert_eq!(
        text(contingent, "contingent.sources.1.publisher"),
        "United Nations Security Council"
    );
    let check = &scenario.calls()[5].request;
    assert_eq!(text(check, "parent"), "missions/haiti-mss/contingents/ken-1");
    let pledge = &scenario.calls()[3].request;
    assert_eq!(text(pledge, "pledge.size.as_written"), "more than 1,000");
    let site = &scenario.calls()[7].request;
    assert_eq!(value(site, "site.point.longitude"), Value::F64(-72.0));
}

#[test]
fn request_ids_are_the_same_each_time_and_differ_from_call_to_call() {
    let ids = |scenario: &Scenario| -> Vec<String> {
        scenario.calls().iter().map(|call| text(&call.request, "request_id")).collect()
    };
    assert_eq!(ids(&good()), ids(&good()));
    let different: BTreeSet<_> = ids(&good()).into_iter().collect();
    assert_eq!(different.len(), good().calls().len());
}

#[test]
fn every_problem_is_named_with_its_place() {
    assert_eq!(
        problems("[mission]\ndisplay_name = \"M\""),
        ["mission must be one table with an id"]
    );
    assert_eq!(
        with("[[areas]]\nid = \"HT\"\ndisplay_name = 3\nlevel = 9\ncolour = \"red\"\netag = \"x\""),
        [
            "areas \"HT\": colour is no field of Area",
            "areas \"HT\": display_name must be a string, not an integer",
            "areas \"HT\": etag is set by the service",
        ]
    );
    assert_eq!(
        with("[[areas]]\nid = \"ht\"\ndisplay_name = \"x\"\nlevel = 9"),
        [
            "areas \"ht\": id must match ^[A-Z0-9][A-Z0-9-]{0,31}$",
            "areas \"ht\": level must be at most 5"
        ]
    );
    assert!(with("[[colours]]\nid = \"x\"")[0].starts_with("colours is no table of a scenario"));
    assert_eq!(with("[[areas]]\nlevel = 0"), ["areas: id is missing, or is no string"]);
}

#[test]
fn problems_deep_in_an_entry_are_named_with_their_path() {
    let entry = "[[contingents]]\nid = \"c\"\ndisplay_name = \"C\"\npartner = \"ken\"\nordinal = 1\n\
        category = \"POLICE\"\nheadcount = 4\n";
    let step = |step: &str| with(&format!("{entry}steps = [{{ {step} }}]"));
    assert!(step("method = \"FlyContingent\"")[0].contains("c\": steps[0].method must be one of"));
    assert_eq!(
        step("method = \"AdvanceContingent\", state = \"HAPPY\", effective_time = 2024-01-01")
            .iter()
            .map(|problem| problem.split(" must be ").next().unwrap().to_owned())
            .collect::<Vec<_>>(),
        ["contingents \"c\": steps[0].effective_time", "contingents \"c\": steps[0].state"]
    );
    assert_eq!(
        with(&format!("{entry}sources = [\"star\"]")),
        ["contingents \"c\": sources[0] names the source \"star\", which is not in [sources]"]
    );
    let nested = with(&format!("{entry}readiness_checks = [{{ id = \"b\", typ = \"BRIEFING\" }}]"));
    assert_eq!(
        nested,
        ["contingents \"c\": readiness_checks[0].typ is no field of ReadinessCheck"]
    );
}

#[test]
fn what_excludes_each_other_is_refused() {
    let figure = "[[figures]]\nid = \"f\"\nquantity = \"5\"\narea_code = \"HT\"\nrole = \"RECOMMENDED\"\n\
        source = { publisher = \"UN\" }\nflow = { metric = \"KILLED\" }\nstock = { metric = \"DISPLACED\" }";
    assert_eq!(with(figure), ["figures \"f\": stock cannot stand beside flow"]);
    let twice = "[[areas]]\nid = \"HT\"\ndisplay_name = \"a\"\n[[areas]]\nid = \"HT\"\ndisplay_name = \"b\"";
    assert_eq!(with(twice), ["areas \"HT\": id stands twice in this file"]);
}
