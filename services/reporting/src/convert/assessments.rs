use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, history::Revision};
use muster_service::{
    resource::Content, wire, wire::wire_partial_date, wire::wire_quantity, wire::wire_source,
    wire_enum, words::FromWire, words::required,
};
use muster_values::{MissionId, Quantity, Stored, Unit};

use super::{dated, wire_precision};
use crate::domain::assessment::{Assessment, Confidence, ControllerKind};

wire_enum!(ControllerKind, pb::ControllerKind { ArmedGroup, State, SelfDefenceGroup });
wire_enum!(Confidence, pb::Confidence { Low, Moderate, High });

impl Content for Assessment {
    type Message = pb::AreaControlAssessment;

    fn unpack(
        assessment: pb::AreaControlAssessment,
        _mission: &MissionId,
    ) -> Result<Self, FieldViolation> {
        let (assessed_on, precision) =
            dated(assessment.assess_date, assessment.date_precision, "assess_date")?;
        let share = wire::quantity_of(Unit::Percent, assessment.share_percent).and_then(percent);
        Ok(Self {
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

    fn pack(stored: &Stored<Self>) -> pb::AreaControlAssessment {
        pb::AreaControlAssessment {
            area_code: stored.area.clone(),
            place_name: stored.place_name.clone(),
            controller: stored.controller.clone(),
            controller_kind: pb::ControllerKind::from(stored.controller_kind).into(),
            share_percent: Some(wire_quantity(&stored.share)),
            assess_date: Some(wire_partial_date(stored.assessed_on)),
            date_precision: wire_precision(stored.precision),
            confidence: stored
                .confidence
                .map_or(0, |confidence| pb::Confidence::from(confidence).into()),
            source: Some(wire_source(&stored.source)),
            note: stored.note.clone(),
            ..pb::AreaControlAssessment::default()
        }
    }
}

/// Reads a revision that is kept.
pub fn kept(revision: &Revision) -> Result<Stored<Assessment>, FieldViolation> {
    super::record(revision, super::kept(revision)?)
}

fn percent(share: Quantity) -> Result<Quantity, FieldViolation> {
    let bounds = [share.at_least(), share.at_most()];
    if bounds.into_iter().flatten().all(|bound| (0..=100).contains(&bound)) {
        Ok(share)
    } else {
        Err(FieldViolation::new("must be between 0 and 100"))
    }
}
