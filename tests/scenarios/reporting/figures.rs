//! How figures change: by revisions, corrections and retractions.

use muster_proto::{
    common::v1::{ListRevisionsRequest, ResourceChange},
    reporting::v1::history_service_client::HistoryServiceClient,
};

use super::*;

const JULY: time::OffsetDateTime = datetime!(2024-07-01 0:00 UTC);

fn killed(quantity: &str) -> pb::Figure {
    figure(FlowMetric::Killed, quantity, "BINUH", FigureRole::Recommended)
}

/// A figure of which only the quantity is said.
fn counted(quantity: &str) -> pb::Figure {
    pb::Figure { quantity: Some(words(quantity)), ..pb::Figure::default() }
}

impl Desk {
    async fn retract(&self, id: &str) -> Result<pb::Figure, tonic::Status> {
        let request = pb::RetractFigureRequest {
            name: format!("missions/m/figures/{id}"),
            reason: "taken back".into(),
            ..pb::RetractFigureRequest::default()
        };
        let mut figures = FigureServiceClient::new(self.world.client.reporting.clone());
        Ok(figures.retract_figure(request).await?.into_inner())
    }

    async fn revisions(&self, id: &str) -> Vec<ResourceChange> {
        let name = format!("missions/m/figures/{id}");
        let mut history = HistoryServiceClient::new(self.world.client.reporting.clone());
        let request = ListRevisionsRequest { name, ..ListRevisionsRequest::default() };
        history.list_revisions(request).await.unwrap().into_inner().revisions
    }

    /// The least number of people killed, as it was known at a moment.
    async fn killed_as_of(&self, moment: time::OffsetDateTime) -> Option<i64> {
        least(number(&self.situation(at(moment)).await, FlowMetric::Killed))
    }
}

#[tokio::test]
async fn what_was_believed_before_a_revision_can_still_be_asked() {
    let clock = Clock::held_at(JULY);
    let desk = Desk::open(clock.clone()).await;
    desk.record("killed", killed("1,600")).await.unwrap();
    clock.advance(Duration::days(30));
    let revised = desk.revise("killed", counted("1,660")).await.unwrap();
    assert_eq!((revised.revision, revised.area_code.as_str()), (2, "HT"));
    assert_eq!(desk.revisions("killed").await[1].reason, "late verification");

    let now = desk.situation(None).await;
    assert_eq!(least(number(&now, FlowMetric::Killed)), Some(1660));
    let then = desk.situation(at(JULY + Duration::days(14))).await;
    assert_eq!(least(number(&then, FlowMetric::Killed)), Some(1600));
    assert_ne!(now.digest, then.digest);
}

#[tokio::test]
async fn a_later_revision_says_why() {
    let desk = Desk::open(Clock::System).await;
    desk.record("killed", killed("1,600")).await.unwrap();
    let without = |request| pb::UpdateFigureRequest { reason: String::new(), ..request };
    let refused = desk.update("killed", counted("1,660"), without).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["reason"]);
}

#[tokio::test]
async fn a_revision_may_not_change_what_is_counted_and_a_correction_may() {
    let clock = Clock::held_at(JULY);
    let desk = Desk::open(clock.clone()).await;
    desk.record("killed", killed("1,660")).await.unwrap();
    let injured = figure(FlowMetric::Injured, "1,660", "BINUH", FigureRole::Recommended);
    let refused = desk.revise("killed", injured.clone()).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.flow"]);
    let elsewhere = pb::Figure { area_code: "HT01".into(), ..pb::Figure::default() };
    let refused = desk.revise("killed", elsewhere).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.area_code"]);

    clock.advance(Duration::days(30));
    let correction = |request| pb::UpdateFigureRequest { corrects_revision: 1, ..request };
    desk.update("killed", injured, correction).await.unwrap();
    let then = desk.situation(at(JULY + Duration::days(1))).await;
    assert_eq!(least(number(&then, FlowMetric::Injured)), Some(1660));
}

#[tokio::test]
async fn one_figure_is_recommended_for_one_metric_area_and_time() {
    let desk = Desk::open(Clock::System).await;
    desk.record("killed", killed("1,660")).await.unwrap();
    let refused = desk.record("star", killed("1,700")).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.role"]);
    let beside = pb::Figure { role: FigureRole::Triangulation.into(), ..killed("1,700") };
    desk.record("star", beside).await.unwrap();
    let recommended = || pb::Figure { role: FigureRole::Recommended.into(), ..Default::default() };
    let refused = desk.revise("star", recommended()).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.role"]);
    desk.retract("killed").await.unwrap();
    desk.revise("star", recommended()).await.unwrap();
}

#[tokio::test]
async fn a_retracted_figure_can_be_read_and_changes_by_a_correction_only() {
    let clock = Clock::held_at(JULY);
    let desk = Desk::open(clock.clone()).await;
    desk.record("killed", killed("1,600")).await.unwrap();
    clock.advance(Duration::days(10));
    let retracted = desk.retract("killed").await.unwrap();
    assert_eq!((retracted.revision, retracted.retracted), (2, true));
    assert_eq!(desk.revisions("killed").await[1].reason, "taken back");
    let (before, after) = (JULY + Duration::days(5), JULY + Duration::days(15));
    clock.advance(Duration::days(10));
    assert_eq!(desk.killed_as_of(before).await, Some(1600));
    assert_eq!(desk.killed_as_of(after).await, None);
    assert_eq!(reason(&desk.retract("killed").await.unwrap_err()), "STATE_FORBIDS");
    let refused = desk.revise("killed", counted("1,660")).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_FORBIDS");

    // What was typed before it was taken back is put right, and it stays taken back.
    let first = |request| pb::UpdateFigureRequest { corrects_revision: 1, ..request };
    let corrected = desk.update("killed", counted("1,500"), first).await.unwrap();
    assert_eq!((corrected.revision, corrected.retracted), (3, false));
    assert_eq!(desk.killed_as_of(before).await, Some(1500));
    assert_eq!(desk.killed_as_of(after).await, None);

    // The retraction itself was the mistake.
    let last = |request| pb::UpdateFigureRequest { corrects_revision: 4, ..request };
    let stands = desk.update("killed", counted("1,510"), last).await.unwrap();
    assert_eq!((stands.revision, stands.retracted), (5, false));
    assert_eq!(desk.killed_as_of(before).await, Some(1500));
    assert_eq!(desk.killed_as_of(after).await, Some(1510));
}

#[tokio::test]
async fn a_breakdown_may_not_be_more_than_its_figure() {
    let desk = Desk::open(Clock::System).await;
    let row = |sex: pb::Sex, age: pb::AgeBand, quantity| pb::FigureBreakdown {
        sex: sex.into(),
        age_band: age.into(),
        quantity: Some(words(quantity)),
    };
    let (adult, child) = (pb::AgeBand::Adult, pb::AgeBand::Child);
    let men = row(pb::Sex::Male, adult, "1,347");
    let made_of = |breakdown| pb::Figure { breakdown, ..killed("1,660") };
    let more = made_of(vec![men.clone(), row(pb::Sex::Female, adult, "314")]);
    let refused = desk.record("killed", more).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.breakdown"]);
    let (women, children) =
        (row(pb::Sex::Female, adult, "273"), row(pb::Sex::Unspecified, child, "40"));
    desk.record("killed", made_of(vec![men, women, children])).await.unwrap();
    // The rows stay, and they are more than what is left.
    let refused = desk.revise("killed", counted("1,600")).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["figure.breakdown"]);
}

#[tokio::test]
async fn a_figure_of_an_unknown_area_is_refused() {
    let desk = Desk::open(Clock::System).await;
    let unknown = pb::Figure { area_code: "HT0999".into(), ..killed("1") };
    assert_eq!(reason(&desk.record("killed", unknown).await.unwrap_err()), "REFERENCE_UNKNOWN");
}
