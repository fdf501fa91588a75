use muster_service::{table, table::Batch};
use muster_values::{Id, MissionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use crate::domain::{
    contingent::AccountChange,
    headcount::{Account, Entry},
};

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

/// Adds the balances of a contingent to a batch: all are 0 but that of those it begins with.
pub fn open_balances(
    batch: &mut Batch,
    mission: &MissionId,
    contingent: &Id,
    named: AccountChange,
) -> Result<(), Error> {
    let accounts = Account::ALL.iter().filter(|account| **account != Account::Outside);
    let begins = |account: &Account| if *account == named.to { named.headcount } else { 0 };
    let balances: Vec<_> = accounts.map(|account| (*account, begins(account))).collect();
    let sql = |first| {
        let (mission, contingent, changes) = (first, first + 1, changes(first + 2));
        format!(
            "insert into deployment.headcount_balances (mission, contingent, account, headcount)
            select ${mission}, ${contingent}, account, people from {changes}"
        )
    };
    change(batch, sql, mission, contingent, &balances)
}

/// Adds to a batch that the balances of a contingent's accounts change, each by so many people.
pub fn change_balances(
    batch: &mut Batch,
    mission: &MissionId,
    contingent: &Id,
    changes: &[(Account, i64)],
) -> Result<(), Error> {
    if changes.is_empty() {
        return Ok(());
    }
    let sql = |first| {
        let (mission, contingent, changes) = (first, first + 1, self::changes(first + 2));
        format!(
            "update deployment.headcount_balances b set headcount = b.headcount + c.people
            from {changes}
            where b.mission = ${mission} and b.contingent = ${contingent} and b.account = c.account"
        )
    };
    change(batch, sql, mission, contingent, changes)
}

/// The accounts and people of the two parameters from `first` on.
fn changes(first: usize) -> String {
    format!("unnest(${first}::text[], ${}::bigint[]) as c (account, people)", first + 1)
}

fn change(
    batch: &mut Batch,
    sql: impl FnOnce(usize) -> String,
    mission: &MissionId,
    contingent: &Id,
    changes: &[(Account, i64)],
) -> Result<(), Error> {
    let (accounts, people): (Vec<String>, Vec<i64>) =
        changes.iter().map(|(account, people)| (account.to_string(), *people)).unzip();
    let rows = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    batch.change(rows, sql, |arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(contingent.as_str())?;
        arguments.add(accounts)?;
        arguments.add(people)
    })
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
