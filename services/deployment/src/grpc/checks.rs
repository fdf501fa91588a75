use muster_proto::deployment::v1::{
    self as pb, readiness_check_service_server::ReadinessCheckService,
};
use muster_service::standard_service;

use super::Handler;
use crate::domain::readiness::ReadinessCheck;

standard_service! {
    ReadinessCheckService for Handler {
        create_readiness_check: create of ReadinessCheck (pb::CreateReadinessCheckRequest)
            -> pb::ReadinessCheck;
        update_readiness_check: update of ReadinessCheck (pb::UpdateReadinessCheckRequest)
            -> pb::ReadinessCheck;
        delete_readiness_check: delete of ReadinessCheck (pb::DeleteReadinessCheckRequest) -> ();
        get_readiness_check: get(pb::GetReadinessCheckRequest) -> pb::ReadinessCheck;
        batch_get_readiness_checks: batch_get(pb::BatchGetReadinessChecksRequest)
            -> pb::BatchGetReadinessChecksResponse;
        list_readiness_checks: list(pb::ListReadinessChecksRequest, "")
            -> pb::ListReadinessChecksResponse;
    }
}
