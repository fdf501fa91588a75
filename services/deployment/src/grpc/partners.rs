use muster_proto::deployment::v1::{self as pb, partner_service_server::PartnerService};
use muster_service::standard_service;

use super::Handler;
use crate::domain::partner::Partner;

standard_service! {
    PartnerService for Handler {
        create_partner: create of Partner (pb::CreatePartnerRequest) -> pb::Partner;
        update_partner: update of Partner (pb::UpdatePartnerRequest) -> pb::Partner;
        delete_partner: delete of Partner (pb::DeletePartnerRequest) -> ();
        get_partner: get(pb::GetPartnerRequest) -> pb::Partner;
        batch_get_partners: batch_get(pb::BatchGetPartnersRequest) -> pb::BatchGetPartnersResponse;
        list_partners: list(pb::ListPartnersRequest, "") -> pb::ListPartnersResponse;
    }
}
