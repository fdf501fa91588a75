use muster_proto::reporting::v1::{self as pb, area_control_service_server::AreaControlService};
use muster_service::standard_service;

use super::Handler;
use crate::domain::assessment::Assessment;

standard_service! {
    AreaControlService for Handler {
        create_area_control_assessment: create of Assessment (pb::CreateAreaControlAssessmentRequest)
            -> pb::AreaControlAssessment;
        update_area_control_assessment: update of Assessment (pb::UpdateAreaControlAssessmentRequest)
            -> pb::AreaControlAssessment;
        delete_area_control_assessment: delete of Assessment (pb::DeleteAreaControlAssessmentRequest)
            -> ();
        get_area_control_assessment: get(pb::GetAreaControlAssessmentRequest)
            -> pb::AreaControlAssessment;
        batch_get_area_control_assessments: batch_get(pb::BatchGetAreaControlAssessmentsRequest)
            -> pb::BatchGetAreaControlAssessmentsResponse;
        list_area_control_assessments: list(pb::ListAreaControlAssessmentsRequest, "")
            -> pb::ListAreaControlAssessmentsResponse;
    }
}
