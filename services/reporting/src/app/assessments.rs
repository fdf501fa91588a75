use muster_service::{Committed, Context, Resource, resource};
use muster_values::{Id, MissionId, PartialDate, Quantity, Source};

use super::{App, Error, known_area, known_mission};
use crate::{
    domain::{
        assessment::{Assessment, Confidence, ControllerKind},
        incident::DatePrecision,
    },
    store::assessments,
};

/// What a caller says of who controls an area.
pub struct NewAssessment {
    pub mission: MissionId,
    pub id: Id,
    pub area: String,
    pub place_name: String,
    pub controller: String,
    pub controller_kind: ControllerKind,
    pub share: Quantity,
    pub assessed_on: PartialDate,
    pub precision: DatePrecision,
    pub confidence: Option<Confidence>,
    pub source: Source,
    pub note: String,
}

impl App {
    pub async fn create_assessment(
        &self,
        context: &Context,
        new: NewAssessment,
    ) -> Result<Committed<Assessment>, Error> {
        let mut work = self.begin(context, &new.mission).await?;
        known_mission(work.db(), &new.mission).await?;
        let field = "area_control_assessment.area_code";
        known_area(work.db(), &new.mission, &new.area, field).await?;
        let now = work.now();
        let assessment = Assessment {
            mission: new.mission,
            id: new.id,
            area: new.area,
            place_name: new.place_name,
            controller: new.controller,
            controller_kind: new.controller_kind,
            share: new.share,
            assessed_on: new.assessed_on,
            precision: new.precision,
            confidence: new.confidence,
            source: new.source,
            note: new.note,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !assessments::insert(work.db(), &assessment).await? {
            return Err(resource::already_exists(&assessment.resource_name()).into());
        }
        Ok(work.commit(assessment).await?)
    }
}
