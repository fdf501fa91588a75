use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, context::AsOf};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_period, wire_enum, words::required,
};
use muster_values::{Id, MissionId};
use prost::Message;

use crate::{
    app::{Asked, Frozen, NewReport},
    domain::report::{Media, Report, Section, State},
    render,
};

/// How a report is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Html,
}

wire_enum!(Format, pb::ReportFormat { Markdown, Html });

pub fn create(request: pb::CreateSituationReportRequest) -> Result<NewReport, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let report = request.situation_report.required().at("situation_report")?;
    read(mission, Id::trusted(request.situation_report_id), report).at("situation_report")
}

fn read(
    mission: MissionId,
    id: Id,
    report: pb::SituationReport,
) -> Result<NewReport, FieldViolation> {
    let asked = Asked {
        mission,
        area: report.area_code,
        period: wire::period(report.period).at("period")?,
        valid_at: wire::optional_time(report.valid_time).at("valid_time")?,
        as_of: AsOf::default(),
    };
    Ok(NewReport {
        id,
        asked,
        headline: report.headline,
        summary: report.summary,
        sections: report.sections.into_iter().map(section).collect(),
        media: report.media.into_iter().map(media).collect(),
    })
}

fn section(wire: pb::ReportSection) -> Section {
    Section { heading: wire.heading, paragraphs: wire.paragraphs }
}

fn media(wire: pb::Media) -> Media {
    Media { uri: wire.uri, caption: wire.caption, credit: wire.credit }
}

pub fn format(wire: i32) -> Result<Format, FieldViolation> {
    required(wire).at("format")
}

/// What a report was written from, in the words of the wire.
pub fn freeze(frozen: &Frozen) -> Vec<u8> {
    let parts = pb::SituationReport {
        situation: Some(super::situation::pack(&frozen.situation)),
        statements: frozen.statements.iter().map(Resource::pack).collect(),
        timeline: frozen.timeline.iter().map(Resource::pack).collect(),
        ..pb::SituationReport::default()
    };
    parts.encode_to_vec()
}

/// A report as a document.
pub fn document(report: &Report, format: Format) -> pb::RenderSituationReportResponse {
    let (media_type, document) = match format {
        Format::Markdown => ("text/markdown; charset=utf-8", render::markdown(&report.pack())),
        Format::Html => ("text/html; charset=utf-8", render::html(&report.pack())),
    };
    pb::RenderSituationReportResponse { media_type: media_type.to_owned(), document }
}

impl Resource for Report {
    type Message = pb::SituationReport;

    fn resource_name(&self) -> String {
        self.mission.child("situationReports", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::SituationReport {
        // `freeze` made these bytes, and protobuf reads what any version of it wrote.
        let frozen = pb::SituationReport::decode(self.frozen.as_slice()).unwrap_or_default();
        let (approval, publication) = (self.state.approval(), self.state.publication());
        pb::SituationReport {
            name: self.resource_name(),
            number: publication.map_or(0, |publication| publication.number),
            area_code: self.area.clone(),
            period: Some(wire_period(self.period)),
            valid_time: Some(timestamp(self.valid_at)),
            headline: self.headline.clone(),
            summary: self.summary.clone(),
            sections: self.sections.iter().map(wire_section).collect(),
            media: self.media.iter().map(wire_media).collect(),
            situation: frozen.situation,
            statements: frozen.statements,
            timeline: frozen.timeline,
            state: state(&self.state).into(),
            author: self.author.clone(),
            approver: approval.map(|approval| approval.approver.clone()).unwrap_or_default(),
            approve_time: approval.map(|approval| timestamp(approval.at)),
            publish_time: publication.map(|publication| timestamp(publication.at)),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}

fn state(state: &State) -> pb::SituationReportState {
    match state {
        State::Draft => pb::SituationReportState::Draft,
        State::Approved(_) => pb::SituationReportState::Approved,
        State::Published { .. } => pb::SituationReportState::Published,
    }
}

fn wire_section(section: &Section) -> pb::ReportSection {
    pb::ReportSection { heading: section.heading.clone(), paragraphs: section.paragraphs.clone() }
}

fn wire_media(media: &Media) -> pb::Media {
    pb::Media {
        uri: media.uri.clone(),
        caption: media.caption.clone(),
        credit: media.credit.clone(),
    }
}
