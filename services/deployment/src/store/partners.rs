use muster_service::table;

use crate::domain::partner::Partner;

table! {
    Partner in "deployment.partners" by ["mission", "id"] {
        display_name: Plain,
        country: Plain,
        roles: Texts,
        sources: Json,
    }
}
