use muster_service::table;
use muster_values::MissionId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use crate::domain::headcount::Entry;

table! {
    Entry in "deployment.headcount_entries" by ["mission", "contingent", "id"] {
        from as "from_account": Text,
        to as "to_account": Text,
        headcount: Plain,
        effective_at: Plain,
        cause: Plain,
        note: Plain,
        actor: Plain,
    }
}

/// How many more or fewer were present in the whole mission from a moment on, oldest first.
pub async fn presence(
    db: &mut PgConnection,
    mission: &MissionId,
) -> Result<Vec<(OffsetDateTime, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select effective_at, sum(headcount * (
                (to_account in ('present', 'on_leave', 'medical'))::int
                - (from_account in ('present', 'on_leave', 'medical'))::int
            ))::bigint as "people!"
        from deployment.headcount_entries
        where mission = $1
        group by effective_at
        order by effective_at"#,
        mission.as_str(),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.effective_at, row.people)).collect())
}
