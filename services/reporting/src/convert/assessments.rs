use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_partial_date, wire::wire_quantity,
    wire::wire_source, wire_enum, words::FromWire, words::required,
};
use muster_values::{Id, MissionId, Quantity};

use super::{dated, wire_precision};
use crate::{
    app::NewAssessment,
    domain::assessment::{Assessment, Confidence, ControllerKind},
};

wire_enum!(ControllerKind, pb::ControllerKind { ArmedGroup, State, SelfDefenceGroup });
wire_enum!(Confidence, pb::Confidence { Low, Moderate, High });

pub fn create(
    request: pb::CreateAreaControlAssessmentRequest,
) -> Result<NewAssessment, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let id = Id::known(request.area_control_assessment_id);
    let assessment = request.area_control_assessment.required().at("area_control_assessment")?;
    read(mission, id, assessment).at("area_control_assessment")
}

fn read(
    mission: MissionId,
    id: Id,
    assessment: pb::AreaControlAssessment,
) -> Result<NewAssessment, FieldViolation> {
    let (assessed_on, precision) =
        dated(assessment.assess_date, assessment.date_precision, "assess_date")?;
    let share = wire::quantity(assessment.share_percent).and_then(percent);
    Ok(NewAssessment {
        mission,
        id,
        area: assessment.area_code,
        place_name: assessment.place_name,
        controller: assessment.controller,
        controller_kind: required(assessment.controller_kind).at("controller_kind")?,
        share: share.at("share_percent")?,
        assessed_on,
        precision,
        confidence: Confidence::from_wire(assessment.confidence),
        source: assessment.source.required().and_then(wire::source).at("source")?,
        note: assessment.note,
    })
}

fn percent(share: Quantity) -> Result<Quantity, FieldViolation> {
    let bounds = [share.at_least(), share.at_most()];
    if bounds.into_iter().flatten().all(|bound| (0..=100).contains(&bound)) {
        Ok(share)
    } else {
        Err(FieldViolation::new("must be between 0 and 100"))
    }
}

impl Resource for Assessment {
    type Message = pb::AreaControlAssessment;

    fn resource_name(&self) -> String {
        self.name()
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::AreaControlAssessment {
        pb::AreaControlAssessment {
            name: self.name(),
            area_code: self.area.clone(),
            place_name: self.place_name.clone(),
            controller: self.controller.clone(),
            controller_kind: pb::ControllerKind::from(self.controller_kind).into(),
            share_percent: Some(wire_quantity(&self.share)),
            assess_date: Some(wire_partial_date(self.assessed_on)),
            date_precision: wire_precision(self.precision),
            confidence: self
                .confidence
                .map_or(0, |confidence| pb::Confidence::from(confidence).into()),
            source: Some(wire_source(&self.source)),
            note: self.note.clone(),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}
