//! Numbers that are made from several records.

use muster_proto::reporting::v1::list_situation_records_request::Number as Behind;
use muster_tests::reason;

use super::*;

#[tokio::test]
async fn casualties_stand_beside_figures_with_their_records() {
    let desk = Desk::open().await;
    desk.figure("un", flow(FlowMetric::Killed, YEAR, "5,626")).await.unwrap();
    for (id, killed) in [("a", "3"), ("b", "at least 4"), ("c", "2"), ("d", "9")] {
        desk.incident(id, killing("HT0111", (2024, 2, 3), killed)).await.unwrap();
    }
    desk.look("a", VerificationState::Verified, "two sources").await;
    desk.look("d", VerificationState::Rejected, "it was the year before").await;
    let situation = desk.situation("HT", YEAR).await;
    let killed = tally(&situation, Harm::Killed);
    assert_eq!(bounds(killed.quantity.as_ref()), (Some(9), None));
    assert_eq!(bounds(killed.verified_quantity.as_ref()), (Some(3), Some(3)));
    assert_eq!((killed.incidents, killed.verified_incidents, killed.rejected_incidents), (3, 1, 1));
    let rejected = &killed.excluded[0];
    assert_eq!(rejected.reason(), pb::ExclusionReason::Rejected);
    assert_eq!(rejected.note, "it was the year before");
    let published = number(&situation, Metric::Flow(FlowMetric::Killed.into()));
    assert_eq!(bounds(published.quantity.as_ref()), (Some(5626), Some(5626)));

    // What the history tells of the same moment is the same.
    let later = at(datetime!(9999-01-01 0:00 UTC));
    let told = desk.situation_known("HT", YEAR, later).await;
    assert_eq!(told.digest, situation.digest);
    let before = desk.situation_known("HT", YEAR, at(datetime!(2024-01-01 0:00 UTC))).await;
    assert!(before.casualties.is_empty() && before.numbers.is_empty());
}

#[tokio::test]
async fn the_records_behind_a_number_are_read_page_by_page() {
    let desk = Desk::open().await;
    for place in 0..103 {
        let incident = killing("HT01", (2024, 2, 3), "1");
        desk.incident(&format!("i{place:03}"), incident).await.unwrap();
    }
    let situation = desk.situation("HT", YEAR).await;
    let killed = tally(&situation, Harm::Killed);
    assert_eq!((killed.incidents, killed.included.len()), (103, 100));
    assert_eq!(situation.incident_counts[0].records.len(), 100);
    let mut situations = SituationServiceClient::new(desk.client().reporting.clone());
    for as_of_time in [None, at(datetime!(9999-01-01 0:00 UTC))] {
        let mut ask = pb::ListSituationRecordsRequest {
            name: "missions/m".into(),
            area_code: "HT".into(),
            period: period(YEAR.0, YEAR.1),
            number: Some(Behind::Harm(Harm::Killed.into())),
            part: pb::SituationRecordPart::Included.into(),
            page_size: 60,
            as_of_time,
            ..Default::default()
        };
        let first = situations.list_situation_records(ask.clone()).await.unwrap().into_inner();
        ask.page_token = first.next_page_token;
        let last = situations.list_situation_records(ask.clone()).await.unwrap().into_inner();
        assert_eq!((first.records.len(), last.records.len()), (60, 43));
        assert!(last.next_page_token.is_empty());
        ask.area_code = "HT01".into();
        let refused = situations.list_situation_records(ask).await.unwrap_err();
        assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn sources_that_disagree_are_both_in_the_number_unless_one_is_recommended() {
    let desk = Desk::open().await;
    let injured = Metric::Flow(FlowMetric::Injured.into());
    let q3 = ((2024, 7, 1), (2024, 10, 1));
    desk.figure("z", flow(FlowMetric::Injured, q3, "522")).await.unwrap();
    desk.figure("a", flow(FlowMetric::Injured, q3, "222")).await.unwrap();
    let situation = desk.situation("HT", q3).await;
    let disputed = number(&situation, injured);
    assert_eq!(disputed.rule(), NumberRule::Disputed);
    assert_eq!(bounds(disputed.quantity.as_ref()), (Some(222), Some(522)));
    assert_eq!(disputed.included_count, 2);
    assert!(situation.conflicts[0].summary.ends_with("as in a misprint"));

    let mut recommended = flow(FlowMetric::Injured, q3, "522");
    recommended.role = FigureRole::Recommended.into();
    desk.figure("best", recommended.clone()).await.unwrap();
    let situation = desk.situation("HT", q3).await;
    let chosen = number(&situation, injured);
    assert_eq!((chosen.rule(), chosen.included.len()), (NumberRule::OneFigure, 1));
    let refused = desk.figure("other", recommended).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.role"]);
    assert!(refused.message().contains("missions/m/figures/best"));
}

#[tokio::test]
async fn a_sum_says_how_much_of_the_period_is_known() {
    let desk = Desk::open().await;
    desk.figure("killed", flow(FlowMetric::Killed, YEAR, "5,626")).await.unwrap();
    let half = ((2024, 1, 1), (2024, 7, 1));
    desk.figure("injured", flow(FlowMetric::Injured, half, "1,367")).await.unwrap();
    let situation = desk.situation("HT", YEAR).await;
    let both = number(&situation, Metric::Flow(FlowMetric::KilledOrInjured.into()));
    assert_eq!(bounds(both.quantity.as_ref()), (Some(6993), None));
    assert_eq!(both.caveats, ["Injured: figures speak of 6 of 12 months."]);
}

#[tokio::test]
async fn a_stock_is_the_nearest_in_time_and_area_and_says_of_which() {
    let desk = Desk::open().await;
    desk.figure("march", stock((2024, 3, 1), "362,551")).await.unwrap();
    desk.figure("june", stock((2024, 6, 1), "578,074")).await.unwrap();
    let situation = desk.situation("HT08", ((2024, 10, 1), (2025, 1, 1))).await;
    let displaced = number(&situation, Metric::Stock(StockMetric::Displaced.into()));
    assert_eq!(bounds(displaced.quantity.as_ref()).0, Some(578_074));
    assert_eq!((&*displaced.area_code, displaced.as_of_date), ("HT", date(2024, 6, 1)));
    assert_eq!(displaced.caveats, ["For Haiti: no figure speaks of Grand'Anse."]);
}
