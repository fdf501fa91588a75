use muster_proto::deployment::v1::{
    self as pb, contingent_step_service_server::ContingentStepService,
};
use muster_service::standard_service;

use super::Handler;
use crate::domain::contingent::ContingentStep;

standard_service! {
    ContingentStepService for Handler {
        get_contingent_step: get(pb::GetContingentStepRequest) -> pb::ContingentStep;
        batch_get_contingent_steps: batch_get(pb::BatchGetContingentStepsRequest)
            -> pb::BatchGetContingentStepsResponse;
        list_contingent_steps: list(pb::ListContingentStepsRequest, "")
            -> pb::ListContingentStepsResponse;
        update_contingent_step: update of ContingentStep (pb::UpdateContingentStepRequest)
            -> pb::ContingentStep;
    }
}
