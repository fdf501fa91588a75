use muster_service::table;

use crate::domain::mandate::Mandate;

table! {
    Mandate in "deployment.mandates" by ["mission", "id"] {
        authority: Plain,
        instrument: Plain,
        adopted_on: Plain,
        starts_at: Plain,
        ends_at: Plain,
        personnel_ceiling: Plain,
        planned_strength: OptionalJson,
        areas: Plain,
        tasks: Json,
        predecessor: OptionalText,
        sources: Json,
    }
}
