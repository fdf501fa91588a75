use muster_proto::deployment::v1::{
    self as pb, strength_claim_service_server::StrengthClaimService,
};
use muster_service::standard_service;

use super::Handler;
use crate::domain::claim::StrengthClaim;

standard_service! {
    StrengthClaimService for Handler {
        create_strength_claim: create of StrengthClaim (pb::CreateStrengthClaimRequest)
            -> pb::StrengthClaim;
        update_strength_claim: update of StrengthClaim (pb::UpdateStrengthClaimRequest)
            -> pb::StrengthClaim;
        delete_strength_claim: delete of StrengthClaim (pb::DeleteStrengthClaimRequest) -> ();
        get_strength_claim: get(pb::GetStrengthClaimRequest) -> pb::StrengthClaim;
        batch_get_strength_claims: batch_get(pb::BatchGetStrengthClaimsRequest)
            -> pb::BatchGetStrengthClaimsResponse;
        list_strength_claims: list(pb::ListStrengthClaimsRequest, "")
            -> pb::ListStrengthClaimsResponse;
    }
}
