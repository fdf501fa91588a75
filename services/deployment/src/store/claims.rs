use muster_service::{table, table::QuantityColumns};

use crate::domain::claim::StrengthClaim;

table! {
    StrengthClaim in "deployment.strength_claims" by ["mission", "id"] {
        measure: Text,
        as_of: Plain,
        subject: Text,
        note: Plain,
        sources: Json,
    }
    spread { quantity: QuantityColumns, }
}
