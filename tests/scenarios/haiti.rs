//! The mission of the source document, loaded through the public interface; what comes out is
//! held against what this file reckons from the scenario itself.

use muster_proto::{
    deployment::v1::{self as deployment, StrengthMeasure},
    reporting::v1::{
        self as pb, FlowMetric, situation_number::Metric,
        situation_report_service_client::SituationReportServiceClient,
    },
};
use muster_tests::World;
use toml::{Table, Value};

const SCENARIO: &str = include_str!("../../deploy/scenarios/haiti-mss.toml");

/// The moment of the report, later than which the second flight is.
const REPORTED: &str = "2024-06-26";

fn scenario() -> Table {
    SCENARIO.parse().unwrap()
}

fn rows<'t>(scenario: &'t Table, table: &str) -> Vec<&'t Table> {
    scenario[table].as_array().unwrap().iter().map(|row| row.as_table().unwrap()).collect()
}

fn text<'t>(row: &'t Table, key: &str) -> &'t str {
    row.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The sum of the headcounts of all steps of a method before the report's moment.
fn moved(scenario: &Table, method: &str) -> i64 {
    let movements = rows(scenario, "movements");
    let steps = movements.iter().filter_map(|row| row.get("steps")?.as_array());
    let steps = steps.flatten().filter_map(Value::as_table);
    let steps = steps.filter(|step| {
        text(step, "method") == method && step["effective_time"].to_string().as_str() < REPORTED
    });
    steps.map(|step| step["headcount"].as_integer().unwrap()).sum()
}

async fn report(world: &World) -> pb::SituationReport {
    let mut reports = SituationReportServiceClient::new(world.client.reporting.clone());
    let name = "missions/haiti-mss/situationReports/2024-06-26".to_owned();
    let get = pb::GetSituationReportRequest { name, ..Default::default() };
    reports.get_situation_report(get).await.unwrap().into_inner()
}

async fn rendered(world: &World) -> String {
    let mut reports = SituationReportServiceClient::new(world.client.reporting.clone());
    let render = pb::RenderSituationReportRequest {
        name: "missions/haiti-mss/situationReports/2024-06-26".into(),
        format: pb::ReportFormat::Markdown.into(),
    };
    reports.render_situation_report(render).await.unwrap().into_inner().document
}

fn presence(report: &pb::SituationReport, measure: StrengthMeasure) -> (i64, Vec<String>) {
    let presence = report.situation.as_ref().unwrap().presence.as_ref().unwrap();
    let line = presence.lines.iter().find(|line| line.measure() == measure).unwrap();
    (line.quantity.as_ref().unwrap().at_least.unwrap(), line.records.clone())
}

#[tokio::test]
async fn the_reports_numbers_are_those_of_the_scenario() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let scenario = scenario();
    let report = report(&world).await;
    assert_eq!(report.state(), pb::SituationReportState::Published);

    let arrived = moved(&scenario, "ArriveMovement");
    let (counted, records) = presence(&report, StrengthMeasure::Arrived);
    assert_eq!(counted, arrived);
    assert!(!records.is_empty());
    let departed = moved(&scenario, "DepartMovement");
    assert_eq!(presence(&report, StrengthMeasure::InTransit).0, departed - arrived);

    // Every pledge here stands, and none of these is withdrawn.
    let offered = rows(&scenario, "pledges").into_iter();
    let offered =
        offered.filter_map(|row| row.get("size")?.as_str()?.replace(',', "").parse::<i64>().ok());
    assert_eq!(presence(&report, StrengthMeasure::Pledged).0, offered.sum::<i64>());

    // The recommended figure of the quarter, found in the file by hand.
    let figures = rows(&scenario, "figures");
    let quarter = figures.iter().filter(|row| text(row, "role") == "RECOMMENDED").find(|row| {
        row.get("flow").and_then(Value::as_table).is_some_and(|flow| {
            let period = flow["period"].as_table().unwrap();
            text(flow, "metric") == "KILLED_OR_INJURED"
                && period["start_date"].to_string() == "2024-01-01"
                && period["end_date"].to_string() == "2024-04-01"
        }) && text(row, "area_code") == "HT"
    });
    let quarter = quarter.unwrap();
    let situation = report.situation.as_ref().unwrap();
    let wanted = Some(Metric::Flow(FlowMetric::KilledOrInjured.into()));
    let number = situation.numbers.iter().find(|number| number.metric == wanted).unwrap();
    assert_eq!(
        number.included[0].record,
        format!("missions/haiti-mss/figures/{}", text(quarter, "id"))
    );
    assert_eq!(number.quantity.as_ref().unwrap().as_written, text(quarter, "quantity"));
}

#[tokio::test]
async fn every_number_in_the_report_names_records_that_exist() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let report = report(&world).await;
    let document = rendered(&world).await;
    let situation = report.situation.unwrap();
    assert!(
        situation
            .numbers
            .iter()
            .all(|number| { !number.included.is_empty() || !number.excluded.is_empty() })
    );
    let scenario = scenario();
    let known: Vec<&str> = rows(&scenario, "figures").iter().map(|row| text(row, "id")).collect();
    let used = situation.numbers.iter().flat_map(|number| &number.included);
    for record in used {
        let id = record.record.rsplit('/').next().unwrap();
        assert!(known.contains(&id), "{} is not in the scenario", record.record);
        assert!(document.contains(&format!("figures/{id}")), "{id} is not named in the report");
    }
}

#[tokio::test]
async fn the_report_says_who_authorised_who_leads_and_which_claims_conflict() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let report = report(&world).await;
    let document = rendered(&world).await;
    for said in ["United Nations Security Council", "S/RES/2699", "Kenya", "2,505", "In summary"] {
        assert!(document.to_lowercase().contains(&said.to_lowercase()), "{said}:\n{document}");
    }
    // The first flight: both claims are in the scenario, and the report names both.
    let conflicts = &report.situation.as_ref().unwrap().conflicts;
    let flight = conflicts.iter().find(|conflict| {
        let words = |number: &str| {
            conflict.records.iter().any(|record| {
                record
                    .quantity
                    .as_ref()
                    .is_some_and(|quantity| quantity.as_written.contains(number))
            })
        };
        words("200") && words("400")
    });
    let flight = flight.expect("the disagreement about the first flight");
    assert!(flight.summary.contains("200") && flight.summary.contains("400"));
    let plain = document.replace('\\', "");
    assert!(plain.contains(&flight.summary), "{}\n{document}", flight.summary);
    // What the President said, word for word.
    let statement = rows(&scenario(), "statements")
        .iter()
        .find(|row| text(row, "text").contains("will give relief to the men, women and children"))
        .map(|row| text(row, "text").to_owned())
        .unwrap();
    assert!(plain.contains(statement.trim_matches(['“', '”'])));
}

/// Where every feed of both services stands.
async fn heads(world: &World) -> Vec<(String, i64, Vec<u8>)> {
    let mut heads = Vec::new();
    for (role, query) in [
        ("deployment", "select mission, last_position, last_hash from deployment.feeds"),
        ("reporting", "select mission, last_position, last_hash from reporting.feeds"),
    ] {
        let pool = world.sql(role).await;
        let found: Vec<_> = sqlx::query_as(query).fetch_all(&pool).await.unwrap();
        heads.extend(found);
    }
    heads
}

#[tokio::test]
async fn loading_twice_changes_nothing() {
    let world = World::start().await;
    let first = world.load(SCENARIO).await;
    let report_before = report(&world).await;
    let before = heads(&world).await;
    let again = world.load(SCENARIO).await;
    assert!(first.tables.iter().all(|table| table.known == 0 && table.steps_known == 0));
    assert!(again.tables.iter().all(|table| table.loaded == 0 && table.steps_loaded == 0));
    assert_eq!(heads(&world).await, before);
    assert_eq!(report(&world).await, report_before);
}

#[tokio::test]
async fn strength_sets_each_claim_beside_the_ledger() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let mut strength = deployment::strength_service_client::StrengthServiceClient::new(
        world.client.deployment.clone(),
    );
    let get = deployment::GetStrengthRequest {
        name: "missions/haiti-mss".into(),
        valid_time: muster_tests::at(time::macros::datetime!(2024-06-30 0:00 UTC)),
        as_of_time: None,
        ..Default::default()
    };
    let found = strength.get_strength(get).await.unwrap().into_inner();
    let claims = rows(&scenario(), "strength_claims").len();
    assert_eq!(found.reconciliations.len(), claims);
    let disagreeing = found.reconciliations.iter().filter(|one| !one.conflicting_claims.is_empty());
    assert!(2 <= disagreeing.count());
}

#[tokio::test]
async fn strength_is_asked_as_it_was_known_on_a_day() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let mut strength = deployment::strength_service_client::StrengthServiceClient::new(
        world.client.deployment.clone(),
    );
    let mut present = async |known| {
        let get = deployment::GetStrengthRequest {
            name: "missions/haiti-mss".into(),
            valid_time: muster_tests::at(time::macros::datetime!(2024-07-16 23:59 UTC)),
            as_of_time: muster_tests::at(known),
            ..Default::default()
        };
        let found = strength.get_strength(get).await.unwrap().into_inner();
        let line = found.lines.into_iter().find(|line| line.measure() == StrengthMeasure::Present);
        line.and_then(|line| line.quantity?.at_least).unwrap_or_default()
    };
    assert_eq!(present(time::macros::datetime!(2024-07-20 0:00 UTC)).await, 400);
    assert_eq!(present(time::macros::datetime!(2024-07-15 0:00 UTC)).await, 200);
}
