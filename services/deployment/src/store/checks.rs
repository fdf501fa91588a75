use muster_service::{table, table::parsed};
use muster_values::Place;
use sqlx::{PgConnection, types::Json};

use super::Error;
use crate::domain::{
    mission::Requirement,
    readiness::{Outcome, Readiness, ReadinessCheck},
};

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

/// Reads which checks a contingent's mission requires, and the outcomes of the contingent's own.
pub async fn readiness(db: &mut PgConnection, contingent: &Place) -> Result<Readiness, Error> {
    let rows = sqlx::query!(
        r#"select m.requirements as "requirements: Json<Vec<Requirement>>",
            c.kind as "kind?", c.passed as "passed?", c.checked_at as "checked_at?"
        from deployment.missions m
        left join deployment.readiness_checks c on c.mission = m.mission and c.contingent = $2
        where m.mission = $1
        order by c.checked_at, c.created_at"#,
        contingent.mission.as_str(),
        contingent.id.as_str(),
    )
    .fetch_all(db)
    .await?;
    let mut readiness = Readiness::default();
    for row in rows {
        readiness.requirements = row.requirements.0;
        let Some(((kind, passed), checked_at)) = row.kind.zip(row.passed).zip(row.checked_at)
        else {
            continue;
        };
        let kind = parsed(&kind, "kind")?;
        readiness.outcomes.push(Outcome { kind, passed, checked_at });
    }
    Ok(readiness)
}
