use muster_service::table;

use crate::domain::readiness::ReadinessCheck;

table! {
    ReadinessCheck in "deployment.readiness_checks" by ["mission", "contingent", "id"] {
        kind: Text,
        passed: Plain,
        checked_at: Plain,
        place: Plain,
        official: Plain,
        note: Plain,
        sources: Json,
    }
}
