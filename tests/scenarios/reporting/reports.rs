//! How a draft is edited before it is approved.

use muster_proto::{
    common::v1::ListRevisionsRequest, reporting::v1::SituationReport,
    reporting::v1::history_service_client::HistoryServiceClient,
};

use super::*;

const JULY: time::OffsetDateTime = datetime!(2024-07-01 0:00 UTC);
const REPORT: &str = "missions/m/situationReports/first";

fn headed(headline: &str) -> SituationReport {
    SituationReport { headline: headline.into(), ..SituationReport::default() }
}

/// An update of the fields that `paths` names, to those of the report.
fn update(report: SituationReport, paths: &[&str]) -> pb::UpdateSituationReportRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdateSituationReportRequest {
        situation_report: Some(SituationReport { name: REPORT.into(), ..report }),
        update_mask: Some(FieldMask { paths }),
        ..Default::default()
    }
}

impl Desk {
    fn reports(&self) -> SituationReportServiceClient<muster::client::Authorized> {
        SituationReportServiceClient::new(self.world.client.reporting.clone())
    }

    /// A draft of the first quarter, in which 1,600 were killed.
    async fn draft(&self) -> SituationReport {
        let killed = figure(FlowMetric::Killed, "1,600", "BINUH", FigureRole::Recommended);
        self.record("killed", killed).await.unwrap();
        let request = pb::CreateSituationReportRequest {
            parent: "missions/m".into(),
            situation_report_id: "first".into(),
            situation_report: Some(SituationReport {
                area_code: "HT".into(),
                period: Some(first_quarter()),
                valid_time: at(datetime!(2024-06-26 0:00 UTC)),
                ..SituationReport::default()
            }),
            ..Default::default()
        };
        self.reports().create_situation_report(request).await.unwrap().into_inner()
    }

    async fn edit(
        &self,
        request: pb::UpdateSituationReportRequest,
    ) -> Result<SituationReport, tonic::Status> {
        Ok(self.reports().update_situation_report(request).await?.into_inner())
    }

    async fn approve(&self, etag: &str) -> Result<SituationReport, tonic::Status> {
        let (name, etag) = (REPORT.into(), etag.into());
        let request = pb::ApproveSituationReportRequest { name, etag, ..Default::default() };
        Ok(self.reports().approve_situation_report(request).await?.into_inner())
    }

    async fn report(&self, as_of_time: Option<prost_types::Timestamp>) -> SituationReport {
        let name = REPORT.to_owned();
        let request = pb::GetSituationReportRequest { name, as_of_time, ..Default::default() };
        self.reports().get_situation_report(request).await.unwrap().into_inner()
    }

    async fn page(&self) -> String {
        let format = ReportFormat::Markdown.into();
        let request = pb::RenderSituationReportRequest { name: REPORT.into(), format };
        self.reports().render_situation_report(request).await.unwrap().into_inner().document
    }

    async fn count_revisions(&self) -> usize {
        let mut history = HistoryServiceClient::new(self.world.client.reporting.clone());
        let request = ListRevisionsRequest { name: REPORT.into(), ..Default::default() };
        history.list_revisions(request).await.unwrap().into_inner().revisions.len()
    }
}

#[tokio::test]
async fn an_update_of_a_draft_changes_its_words_and_keeps_its_numbers() {
    let desk = Desk::open(Clock::System).await;
    let draft = desk.draft().await;
    let more = pb::Figure { quantity: Some(words("1,660")), ..pb::Figure::default() };
    desk.revise("killed", more).await.unwrap();

    let other = SituationReport { summary: vec!["is not in the mask".into()], ..headed("Relief") };
    let updated = desk.edit(update(other, &["headline"])).await.unwrap();
    let SituationReport { etag, update_time, .. } = updated.clone();
    let expected = SituationReport { headline: "Relief".into(), etag, update_time, ..draft };
    assert_eq!(updated, expected);
    assert_eq!(desk.report(None).await, expected);
    let page = desk.page().await;
    assert!(page.starts_with("# Relief\n") && page.contains("1,600") && !page.contains("1,660"));

    let section = pb::ReportSection { heading: "Roads".into(), paragraphs: vec!["Open.".into()] };
    let media = pb::Media { caption: "A road".into(), credit: "Press".into(), uri: String::new() };
    let (sections, media) = (vec![section], vec![media]);
    let rest = SituationReport { sections, media, ..SituationReport::default() };
    // A field that the mask names and the request leaves empty is emptied.
    let written = desk.edit(update(rest, &["summary", "sections", "media"])).await.unwrap();
    assert_eq!((written.summary.len(), written.sections.len(), written.media.len()), (0, 1, 1));
    assert_eq!((&written.situation, &written.headline), (&expected.situation, &expected.headline));
    let page = desk.page().await;
    assert!(page.contains("## Roads") && page.contains("A road") && !page.contains("In summary"));
}

#[tokio::test]
async fn what_a_report_was_frozen_for_is_not_changed() {
    let desk = Desk::open(Clock::System).await;
    let draft = desk.draft().await;
    let refused = async |report: SituationReport, path: &str| {
        let refused = desk.edit(update(report, &[path])).await.unwrap_err();
        assert_eq!(reason(&refused), "FIELD_INVALID");
        (field_violations(&refused), refused.message().to_owned())
    };
    let none = SituationReport::default;
    let days = Period { start_date: Some(date(2024, 1, 1)), end_date: Some(date(2024, 5, 1)) };
    for (report, path) in [
        (SituationReport { area_code: "HT01".into(), ..none() }, "area_code"),
        (SituationReport { period: Some(days), ..none() }, "period"),
        (SituationReport { valid_time: at(JULY), ..none() }, "valid_time"),
        (none(), "valid_time"),
    ] {
        let (fields, message) = refused(report, path).await;
        assert_eq!(fields, ["update_mask"]);
        assert!(message.contains(&format!("names {path}, which is fixed")), "{message}");
    }
    for (path, field) in [
        ("headline", "situation_report.headline"),
        ("state", "update_mask"),
        ("situation", "update_mask"),
    ] {
        assert_eq!(refused(none(), path).await.0, [field]);
    }
    assert_eq!(desk.report(None).await, draft);
    // Who sends the whole report back with other words changes these alone.
    let whole = SituationReport { headline: "Relief".into(), ..draft.clone() };
    let updated = desk.edit(update(whole, &["*"])).await.unwrap();
    assert_eq!((&*updated.headline, &updated.situation), ("Relief", &draft.situation));
    assert_eq!((updated.state, &updated.author), (draft.state, &draft.author));
}

#[tokio::test]
async fn a_report_that_is_no_draft_any_more_is_not_changed() {
    let desk = Desk::open(Clock::System).await;
    desk.draft().await;
    let refused = async || {
        let corrects_revision = 1;
        let last = update(headed("Relief"), &["headline"]);
        let first = pb::UpdateSituationReportRequest { corrects_revision, ..last.clone() };
        for request in [last, first] {
            assert_eq!(reason(&desk.edit(request).await.unwrap_err()), "STATE_FORBIDS");
        }
    };
    let approved = desk.approve("").await.unwrap();
    refused().await;
    assert_eq!(desk.report(None).await, approved);
    let request = pb::PublishSituationReportRequest { name: REPORT.into(), ..Default::default() };
    let published = desk.reports().publish_situation_report(request).await.unwrap().into_inner();
    refused().await;
    assert_eq!(desk.report(None).await, published);
    assert_eq!(desk.count_revisions().await, 3);
}

#[tokio::test]
async fn a_draft_that_was_updated_since_it_was_read_is_neither_approved_nor_overwritten() {
    let desk = Desk::open(Clock::System).await;
    let read = desk.draft().await;
    let updated = desk.edit(update(headed("Relief"), &["headline"])).await.unwrap();
    assert_eq!(reason(&desk.approve(&read.etag).await.unwrap_err()), "ETAG_MISMATCH");
    let older = update(headed("Hope"), &["headline"]);
    let older = pb::UpdateSituationReportRequest { etag: read.etag, ..older };
    assert_eq!(reason(&desk.edit(older).await.unwrap_err()), "ETAG_MISMATCH");
    let approved = desk.approve(&updated.etag).await.unwrap();
    assert_eq!((approved.state(), &*approved.headline), (SituationReportState::Approved, "Relief"));
}

#[tokio::test]
async fn an_earlier_draft_is_put_right_where_it_was_typed_wrongly() {
    let clock = Clock::held_at(JULY);
    let desk = Desk::open(clock.clone()).await;
    let draft = desk.draft().await;
    clock.advance(Duration::days(10));
    desk.edit(update(headed("Relief"), &["headline"])).await.unwrap();
    clock.advance(Duration::days(10));
    let mut request = update(headed("Grief"), &["headline"]);
    request.validate_only = true;
    request.corrects_revision = 1;
    desk.edit(request.clone()).await.unwrap();
    assert_eq!(desk.count_revisions().await, 2);
    request.validate_only = false;
    desk.edit(request).await.unwrap();
    let then = desk.report(at(JULY + Duration::days(5))).await;
    assert_eq!((&*then.headline, &then.situation), ("Grief", &draft.situation));
    assert_eq!(then.author, draft.author);
    assert_eq!(desk.report(None).await.headline, "Relief");
}
