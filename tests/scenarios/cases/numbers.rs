//! Numbers and the words they come in.

use muster_proto::reporting::v1::{
    self as pb, FlowMetric, Harm, Sex, statement_service_client::StatementServiceClient,
};

use super::*;

#[tokio::test]
async fn words_that_count_something_else_are_not_people() {
    let desk = Desk::open().await;
    let units =
        ["1,000 households", "400 ménages", "12 sites", "20 days", "50%", "2,500 km", "2,500 foo"];
    for written in units {
        let refused = desk.figure("f", flow(FlowMetric::Displaced, YEAR, written)).await;
        assert_eq!(violations(refused), ["figure.quantity.as_written"], "{written}");
    }
    let mut families = killing("HT", (2024, 1, 2), "3 families");
    let refused = desk.incident("i", families.clone()).await;
    assert_eq!(violations(refused), ["incident.casualties[0].quantity.as_written"]);
    families.casualties[0].quantity.as_mut().unwrap().at_least = Some(3);
    let kept = desk.incident("i", families).await.unwrap();
    assert_eq!(kept.casualties[0].quantity.as_ref().unwrap().as_written, "3 families");

    let read = [
        (">2500", (Some(2501), None)),
        ("≥2500", (Some(2500), None)),
        ("<300", (None, Some(299))),
        ("~500", (None, None)),
        ("half a million", (Some(500_000), Some(500_000))),
    ];
    for (place, (written, expected)) in read.into_iter().enumerate() {
        let figure = flow(FlowMetric::Kidnapped, YEAR, written);
        let made = desk.figure(&format!("read-{place}"), figure).await.unwrap();
        assert_eq!(bounds(made.quantity.as_ref()), expected, "{written}");
    }
    let mut bare = flow(FlowMetric::Injured, YEAR, "");
    bare.quantity = Some(Quantity { at_least: Some(3), at_most: Some(3), ..Default::default() });
    let made = desk.figure("bare", bare).await.unwrap();
    assert_eq!(made.quantity.unwrap().as_written, "", "those are not the source's words");
}

#[tokio::test]
async fn a_number_in_a_statement_is_no_part_of_another() {
    let desk = Desk::open().await;
    desk.figure("killed", flow(FlowMetric::Killed, YEAR, "2,500")).await.unwrap();
    let mut statements = StatementServiceClient::new(desk.client().reporting.clone());
    let mut state = async |id: &str, text: &str| {
        let request = pb::CreateStatementRequest {
            parent: "missions/m".into(),
            statement_id: id.into(),
            statement: Some(pb::Statement {
                speaker: "Spokesperson".into(),
                text: text.into(),
                language_code: "fr".into(),
                state_date: date(2024, 4, 19),
                numbers: vec![pb::StatementNumber {
                    as_written: "2 500".into(),
                    figure: "missions/m/figures/killed".into(),
                    ..Default::default()
                }],
                sources: vec![press()],
                ..Default::default()
            }),
            ..Default::default()
        };
        statements.create_statement(request).await
    };
    let refused = state("part", "12 500 tués").await;
    assert_eq!(violations(refused), ["statement.numbers[0].as_written"]);
    state("spaced", "En tout, 2\u{a0}500 tués.").await.unwrap();
}

#[tokio::test]
async fn parts_fit_their_whole() {
    let desk = Desk::open().await;
    let row = |sex: Sex, quantity: &str| pb::FigureBreakdown {
        sex: sex.into(),
        quantity: words(quantity),
        ..Default::default()
    };
    let aged = |age: pb::AgeBand, quantity: &str| pb::FigureBreakdown {
        age_band: age.into(),
        quantity: words(quantity),
        ..Default::default()
    };
    let mut figure = flow(FlowMetric::Killed, YEAR, "10");
    figure.breakdown = vec![row(Sex::Female, "4"), row(Sex::Female, "4")];
    assert_eq!(violations(desk.figure("f", figure.clone()).await), ["figure.breakdown[1]"]);
    figure.breakdown = vec![row(Sex::Female, "4"), row(Sex::Male, "7")];
    assert_eq!(violations(desk.figure("f", figure.clone()).await), ["figure.breakdown"]);
    let (adult, child) = (pb::AgeBand::Adult, pb::AgeBand::Child);
    figure.breakdown =
        vec![row(Sex::Female, "4"), row(Sex::Male, "6"), aged(adult, "9"), aged(child, "1")];
    assert_eq!(desk.figure("f", figure).await.unwrap().breakdown.len(), 4);

    let mut incident = killing("HT", (2024, 1, 2), "3");
    incident.casualties.push(casualties(Harm::Killed, Sex::Female, "5"));
    assert_eq!(violations(desk.incident("i", incident).await), ["incident.casualties"]);
    let mut injured = killing("HT", (2024, 1, 2), "3");
    injured.casualties[0].harm = Harm::Injured.into();
    assert_eq!(violations(desk.incident("i", injured).await), ["incident.casualties"]);
}
