//! Figures, statements, situations and reports.

mod figures;
mod incidents;
mod reports;

use muster_proto::{
    common::v1::{Period, Quantity, Source},
    google::r#type::Date,
    reporting::v1::{
        self as pb, ExclusionReason, FigureRole, FlowMetric, NumberRule, ReportFormat,
        SituationReportState, figure::Kind, figure_service_client::FigureServiceClient,
        situation_number::Metric, situation_report_service_client::SituationReportServiceClient,
        situation_service_client::SituationServiceClient,
        statement_service_client::StatementServiceClient,
    },
};
use muster_service::Clock;
use muster_tests::{World, at, field_violations, no_older_than, reason};
use prost_types::FieldMask;
use time::{Duration, macros::datetime};

fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}

fn first_quarter() -> Period {
    Period { start_date: Some(date(2024, 1, 1)), end_date: Some(date(2024, 4, 1)) }
}

fn words(as_written: &str) -> Quantity {
    Quantity { as_written: as_written.into(), ..Quantity::default() }
}

fn figure(metric: FlowMetric, quantity: &str, publisher: &str, role: FigureRole) -> pb::Figure {
    pb::Figure {
        kind: Some(Kind::Flow(pb::FlowFigure {
            metric: metric.into(),
            period: Some(first_quarter()),
            precision: 0,
        })),
        quantity: Some(words(quantity)),
        area_code: "HT".into(),
        source: Some(Source { publisher: publisher.into(), ..Source::default() }),
        role: role.into(),
        ..pb::Figure::default()
    }
}

struct Desk {
    world: World,
    token: String,
}

impl Desk {
    async fn open(clock: Clock) -> Self {
        let world = World::start_at(clock).await;
        let token = world.ready_mission().await.consistency;
        Self { world, token }
    }

    async fn record(&self, id: &str, figure: pb::Figure) -> Result<pb::Figure, tonic::Status> {
        let request = pb::CreateFigureRequest {
            parent: "missions/m".into(),
            figure_id: id.into(),
            figure: Some(figure),
            request_id: String::new(),
            ..Default::default()
        };
        let mut figures = FigureServiceClient::new(self.world.client.reporting.clone());
        let answer = figures.create_figure(no_older_than(request, &self.token)).await?;
        Ok(answer.into_inner())
    }

    async fn revise(&self, id: &str, figure: pb::Figure) -> Result<pb::Figure, tonic::Status> {
        self.update(id, figure, |request| request).await
    }

    async fn update(
        &self,
        id: &str,
        figure: pb::Figure,
        with: impl FnOnce(pb::UpdateFigureRequest) -> pb::UpdateFigureRequest,
    ) -> Result<pb::Figure, tonic::Status> {
        let name = format!("missions/m/figures/{id}");
        let request = with(pb::UpdateFigureRequest {
            figure: Some(pb::Figure { name, ..figure }),
            reason: "late verification".into(),
            ..pb::UpdateFigureRequest::default()
        });
        let mut figures = FigureServiceClient::new(self.world.client.reporting.clone());
        Ok(figures.update_figure(request).await?.into_inner())
    }

    async fn situation(&self, as_of_time: Option<prost_types::Timestamp>) -> pb::Situation {
        let request = pb::GetSituationRequest {
            name: "missions/m".into(),
            area_code: "HT".into(),
            period: Some(first_quarter()),
            valid_time: at(datetime!(2024-06-26 0:00 UTC)),
            as_of_time,
            ..Default::default()
        };
        let mut situations = SituationServiceClient::new(self.world.client.reporting.clone());
        situations.get_situation(no_older_than(request, &self.token)).await.unwrap().into_inner()
    }
}

fn number(situation: &pb::Situation, metric: FlowMetric) -> &pb::SituationNumber {
    let wanted = Some(Metric::Flow(metric.into()));
    situation.numbers.iter().find(|number| number.metric == wanted).unwrap()
}

fn least(number: &pb::SituationNumber) -> Option<i64> {
    number.quantity.as_ref()?.at_least
}

#[tokio::test]
async fn sources_of_one_cell_are_alternatives_and_never_added() {
    let desk = Desk::open(Clock::System).await;
    let killed_or_injured = FlowMetric::KilledOrInjured;
    let binuh = figure(killed_or_injured, "2,505", "BINUH", FigureRole::Recommended);
    desk.record("binuh", binuh).await.unwrap();
    let star = figure(killed_or_injured, "more than 2,500", "The Star", FigureRole::Triangulation);
    desk.record("star", star).await.unwrap();
    let situation = desk.situation(None).await;
    let number = number(&situation, killed_or_injured);
    assert_eq!((number.rule(), least(number)), (NumberRule::OneFigure, Some(2505)));
    assert_eq!(number.included[0].record, "missions/m/figures/binuh");
    assert_eq!(number.excluded[0].reason(), ExclusionReason::OtherSource);
    assert_eq!(number.excluded[0].in_favour_of, "missions/m/figures/binuh");
    assert!(situation.conflicts.is_empty(), "2,505 is more than 2,500");
}

#[tokio::test]
async fn killed_and_injured_are_added_only_where_no_figure_gives_both() {
    let desk = Desk::open(Clock::System).await;
    let killed = figure(FlowMetric::Killed, "1,660", "BINUH", FigureRole::Recommended);
    desk.record("killed", killed).await.unwrap();
    let injured = figure(FlowMetric::Injured, "845", "BINUH", FigureRole::Recommended);
    desk.record("injured", injured).await.unwrap();
    let situation = desk.situation(None).await;
    let both = number(&situation, FlowMetric::KilledOrInjured);
    assert_eq!((both.rule(), least(both)), (NumberRule::KilledPlusInjured, Some(2505)));
}

#[tokio::test]
async fn a_statement_is_flagged_when_a_figure_that_it_quotes_changes() {
    let desk = Desk::open(Clock::System).await;
    let killed = figure(FlowMetric::Killed, "1,600", "BINUH", FigureRole::Recommended);
    desk.record("killed", killed.clone()).await.unwrap();
    let mut statements = StatementServiceClient::new(desk.world.client.reporting.clone());
    let refused = statements.create_statement(state("1,700")).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["statement.numbers[0].as_written"]);
    let made = statements.create_statement(state("1,600")).await.unwrap().into_inner();
    assert_eq!((made.numbers[0].figure_revision, made.numbers[0].figure_changed), (1, false));
    desk.revise("killed", pb::Figure { quantity: Some(words("1,660")), ..killed }).await.unwrap();
    let get = pb::GetStatementRequest { name: made.name.clone(), ..Default::default() };
    let now = statements.get_statement(get.clone()).await.unwrap().into_inner();
    assert!(now.numbers[0].figure_changed);
    // An update of another field leaves the number tied to the revision that was quoted.
    let occasion = pb::UpdateStatementRequest {
        statement: Some(pb::Statement {
            name: made.name,
            occasion: "The noon briefing".into(),
            ..pb::Statement::default()
        }),
        update_mask: Some(FieldMask { paths: vec!["occasion".into()] }),
        ..Default::default()
    };
    let updated = statements.update_statement(occasion).await.unwrap().into_inner();
    let now = statements.get_statement(get).await.unwrap().into_inner();
    assert_eq!((now.numbers[0].figure_revision, now.numbers[0].figure_changed), (1, true));
    assert_eq!(updated, now);
}

#[tokio::test]
async fn a_statement_is_flagged_as_was_known_and_recorded_by_the_moment_asked_for() {
    let desk = Desk::open(Clock::System).await;
    let killed = figure(FlowMetric::Killed, "1,600", "BINUH", FigureRole::Recommended);
    desk.record("killed", killed.clone()).await.unwrap();
    let mut statements = StatementServiceClient::new(desk.world.client.reporting.clone());
    let made = statements.create_statement(state("1,600")).await.unwrap().into_inner();
    let before = made.update_time;
    let revised = pb::Figure { quantity: Some(words("1,660")), ..killed };
    let after = desk.revise("killed", revised).await.unwrap().update_time;
    let moments = [
        (None, None, true),
        (before, None, false),
        (None, before, false),
        (after, after, true),
        (after, before, false),
    ];
    for (as_of_time, recorded_by_time, expected) in moments {
        let name = made.name.clone();
        let get = pb::GetStatementRequest { name: name.clone(), as_of_time, recorded_by_time };
        let list = pb::ListStatementsRequest {
            parent: "missions/m".into(),
            as_of_time,
            recorded_by_time,
            ..Default::default()
        };
        let batch = pb::BatchGetStatementsRequest {
            parent: "missions/m".into(),
            names: vec![name],
            as_of_time,
            recorded_by_time,
        };
        let read = statements.get_statement(get).await.unwrap().into_inner();
        let listed = statements.list_statements(list).await.unwrap().into_inner().statements;
        let batch = statements.batch_get_statements(batch).await.unwrap().into_inner().statements;
        assert_eq!(read.numbers[0].figure_changed, expected, "{as_of_time:?} {recorded_by_time:?}");
        assert_eq!((&listed[0], &batch[0]), (&read, &read));
    }
}

#[tokio::test]
async fn statements_are_not_chosen_or_ordered_by_the_flag() {
    let desk = Desk::open(Clock::System).await;
    let mut statements = StatementServiceClient::new(desk.world.client.reporting.clone());
    let computed = "names numbers.figure_changed, which is computed when the resource is answered";
    for (filter, order_by, field) in [
        ("numbers.figure_changed:true", "", "filter"),
        ("NOT numbers.figure_changed:*", "", "filter"),
        ("", "numbers.figure_changed", "order_by"),
    ] {
        let list = pb::ListStatementsRequest {
            parent: "missions/m".into(),
            filter: filter.into(),
            order_by: order_by.into(),
            ..Default::default()
        };
        let refused =
            statements.list_statements(no_older_than(list, &desk.token)).await.unwrap_err();
        assert_eq!(
            (reason(&refused), field_violations(&refused)),
            ("FIELD_INVALID".into(), vec![field.to_owned()])
        );
        assert!(refused.message().contains(computed), "{}", refused.message());
    }
}

/// At least 1,600 people were killed, as a spokesperson says and the figure `killed` has it.
fn state(as_written: &str) -> pb::CreateStatementRequest {
    pb::CreateStatementRequest {
        parent: "missions/m".into(),
        statement_id: "un".into(),
        statement: Some(pb::Statement {
            speaker: "Spokesperson".into(),
            text: "At least 1,600 people were killed.".into(),
            language_code: "en".into(),
            state_date: Some(date(2024, 4, 19)),
            numbers: vec![pb::StatementNumber {
                as_written: as_written.into(),
                figure: "missions/m/figures/killed".into(),
                ..pb::StatementNumber::default()
            }],
            sources: vec![Source { publisher: "UN".into(), ..Source::default() }],
            ..pb::Statement::default()
        }),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_published_report_keeps_its_numbers_whatever_is_revised() {
    let desk = Desk::open(Clock::System).await;
    let killed = figure(FlowMetric::Killed, "1,600", "BINUH", FigureRole::Recommended);
    desk.record("killed", killed.clone()).await.unwrap();
    let mut reports = SituationReportServiceClient::new(desk.world.client.reporting.clone());
    let draft = pb::CreateSituationReportRequest {
        parent: "missions/m".into(),
        situation_report_id: "first".into(),
        situation_report: Some(pb::SituationReport {
            area_code: "HT".into(),
            period: Some(first_quarter()),
            valid_time: at(datetime!(2024-06-26 0:00 UTC)),
            ..pb::SituationReport::default()
        }),
        request_id: String::new(),
        ..Default::default()
    };
    let draft = reports.create_situation_report(draft).await.unwrap().into_inner();
    assert_eq!((draft.state(), draft.number), (SituationReportState::Draft, 0));
    assert!(!draft.headline.is_empty() && !draft.summary.is_empty() && !draft.sections.is_empty());

    let name = draft.name.clone();
    let publish = pb::PublishSituationReportRequest { name: name.clone(), ..Default::default() };
    let refused = reports.publish_situation_report(publish.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "STATE_FORBIDS");
    let approve = pb::ApproveSituationReportRequest { name: name.clone(), ..Default::default() };
    reports.approve_situation_report(approve).await.unwrap();
    let published = reports.publish_situation_report(publish).await.unwrap().into_inner();
    assert_eq!((published.state(), published.number), (SituationReportState::Published, 1));

    desk.revise("killed", pb::Figure { quantity: Some(words("1,660")), ..killed }).await.unwrap();
    let get = pb::GetSituationReportRequest { name: name.clone(), ..Default::default() };
    let read = reports.get_situation_report(get).await.unwrap().into_inner();
    assert_eq!(read, published);
    for (format, sign) in [(ReportFormat::Markdown, "# "), (ReportFormat::Html, "<!DOCTYPE html>")]
    {
        let render = pb::RenderSituationReportRequest { name: name.clone(), format: format.into() };
        let page = reports.render_situation_report(render).await.unwrap().into_inner();
        assert!(page.document.contains(sign) && page.document.contains("1,600"));
        assert!(!page.document.contains("1,660"));
    }
}
