use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, context::AsOf};
use muster_service::{
    Resource, resource::Content, wire, wire::timestamp, wire::wire_period, wire_enum,
    words::required,
};
use muster_values::{Collected, Id, MissionId, Place, Stored, name};
use prost::Message;

use crate::{
    domain::{
        report::{Composed, Frozen, Media, NewReport, Report, Section, State},
        situation::SituationRequest,
    },
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
    let id = Id::trusted(request.situation_report_id);
    let place = name::place_in(&request.parent, Report::COLLECTION, id).at("parent")?;
    let report = request.situation_report.required().at("situation_report")?;
    read(place, report).at("situation_report")
}

fn read(place: Place, report: pb::SituationReport) -> Result<NewReport, FieldViolation> {
    let asked = SituationRequest {
        mission: place.mission.clone(),
        area: report.area_code,
        period: wire::period(report.period).at("period")?,
        valid_at: wire::optional_time(report.valid_time).at("valid_time")?,
        as_of: AsOf::default(),
    };
    let written = Composed {
        headline: report.headline,
        summary: report.summary,
        sections: report.sections.into_iter().map(section).collect(),
    };
    let media = report.media.into_iter().map(media).collect();
    Ok(NewReport { place, asked, written, media })
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
pub fn document(report: &Stored<Report>, format: Format) -> pb::RenderSituationReportResponse {
    let (media_type, document) = match format {
        Format::Markdown => ("text/markdown; charset=utf-8", render::markdown(&report.pack())),
        Format::Html => ("text/html; charset=utf-8", render::html(&report.pack())),
    };
    pb::RenderSituationReportResponse { media_type: media_type.to_owned(), document }
}

impl Content for Report {
    type Message = pb::SituationReport;

    /// Reads an update; a new report is read by `create`.
    fn unpack(report: pb::SituationReport, _mission: &MissionId) -> Result<Self, FieldViolation> {
        if report.headline.is_empty() {
            let violation = FieldViolation::new("must not be empty once the report is drafted");
            return Err(violation.under("headline"));
        }
        Ok(Self {
            area: report.area_code,
            period: wire::period(report.period).at("period")?,
            valid_at: wire::required_time(report.valid_time).at("valid_time")?,
            headline: report.headline,
            summary: report.summary,
            sections: report.sections.into_iter().map(section).collect(),
            media: report.media.into_iter().map(media).collect(),
            frozen: Vec::new(),
            state: State::Draft,
            author: String::new(),
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::SituationReport {
        // `freeze` made these bytes, and protobuf reads what any version of it wrote.
        let frozen = pb::SituationReport::decode(stored.frozen.as_slice()).unwrap_or_default();
        let (approval, publication) = (stored.state.approval(), stored.state.publication());
        pb::SituationReport {
            number: publication.map_or(0, |publication| publication.number),
            area_code: stored.area.clone(),
            period: Some(wire_period(stored.period)),
            valid_time: Some(timestamp(stored.valid_at)),
            headline: stored.headline.clone(),
            summary: stored.summary.clone(),
            sections: stored.sections.iter().map(wire_section).collect(),
            media: stored.media.iter().map(wire_media).collect(),
            state: state(&stored.state).into(),
            author: stored.author.clone(),
            approver: approval.map(|approval| approval.approver.clone()).unwrap_or_default(),
            approve_time: approval.map(|approval| timestamp(approval.at)),
            publish_time: publication.map(|publication| timestamp(publication.at)),
            ..frozen
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
