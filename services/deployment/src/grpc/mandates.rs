use muster_proto::deployment::v1::{self as pb, mandate_service_server::MandateService};
use muster_service::standard_service;

use super::Handler;
use crate::domain::mandate::Mandate;

standard_service! {
    MandateService for Handler {
        create_mandate: create of Mandate (pb::CreateMandateRequest) -> pb::Mandate;
        update_mandate: update of Mandate (pb::UpdateMandateRequest) -> pb::Mandate;
        delete_mandate: delete of Mandate (pb::DeleteMandateRequest) -> ();
        get_mandate: get(pb::GetMandateRequest) -> pb::Mandate;
        batch_get_mandates: batch_get(pb::BatchGetMandatesRequest) -> pb::BatchGetMandatesResponse;
        list_mandates: list(pb::ListMandatesRequest, "") -> pb::ListMandatesResponse;
    }
}
