use muster_service::table;
use muster_values::{Id, MissionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use crate::domain::headcount::{Account, Entry};

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

/// Changes the balances of a contingent's accounts, each by so many people.
pub async fn change_balances(
    db: &mut PgConnection,
    mission: &MissionId,
    contingent: &Id,
    changes: &[(Account, i64)],
) -> Result<(), Error> {
    let (accounts, people): (Vec<String>, Vec<i64>) =
        changes.iter().map(|(account, people)| (account.to_string(), *people)).unzip();
    sqlx::query!(
        "with change as (
            select account, people from unnest($3::text[], $4::bigint[]) as c (account, people)
        ), changed as (
            update deployment.headcount_balances b set headcount = b.headcount + c.people
            from change c
            where b.mission = $1 and b.contingent = $2 and b.account = c.account
            returning b.account
        )
        insert into deployment.headcount_balances (mission, contingent, account, headcount)
        select $1, $2, c.account, c.people from change c
        where c.account not in (select account from changed)",
        mission.as_str(),
        contingent.as_str(),
        &accounts,
        &people,
    )
    .execute(db)
    .await?;
    Ok(())
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
