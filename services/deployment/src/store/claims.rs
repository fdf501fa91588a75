use muster_service::table;

use crate::domain::claim::StrengthClaim;

table! {
    StrengthClaim in "deployment.strength_claims" by ["mission", "id"] {
        measure: Text,
        quantity: Json,
        as_of: Plain,
        subject: Text,
        note: Plain,
        sources: Json,
    }
}
