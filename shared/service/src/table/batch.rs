//! Rows that are written together: one statement, and so one round trip, for all of them.

use muster_values::Stored;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{Arguments, BoxError, Table, bind, columns, condition, placeholders};

/// Changes of rows, of one or several tables, that do not see each other.
#[derive(Debug, Default)]
pub struct Batch {
    changes: Vec<String>,
    arguments: Arguments,
    rows: i64,
}

impl Batch {
    /// Adds a record under an id that was never taken before.
    pub fn insert<C: Table>(&mut self, stored: &Stored<C>) -> Result<(), sqlx::Error> {
        let columns = columns::<C>();
        let sql = |first| {
            format!(
                "insert into {} ({}, revision) values ({}) on conflict do nothing",
                C::NAME,
                columns.join(", "),
                placeholders(first, columns.len() + 1),
            )
        };
        self.change(1, sql, |arguments| {
            bind(stored, arguments)?;
            arguments.add(stored.revision)
        })
    }

    /// Adds that a record went one revision further.
    pub fn update<C: Table>(&mut self, stored: &Stored<C>) -> Result<(), sqlx::Error> {
        let columns = columns::<C>();
        let sql = |first| {
            let set = |(n, column): (usize, &String)| format!("{column} = ${}", first + n);
            let set: Vec<String> = columns.iter().enumerate().skip(C::KEY.len()).map(set).collect();
            let revision = first + columns.len();
            format!(
                "update {} set {}, revision = ${revision} where {} and revision < ${revision}",
                C::NAME,
                set.join(", "),
                condition::<C>(first),
            )
        };
        self.change(1, sql, |arguments| {
            bind(stored, arguments)?;
            arguments.add(stored.revision)
        })
    }

    /// Adds a change of so many rows by a statement, whose parameters begin with the number that
    /// it is given.
    pub fn change(
        &mut self,
        rows: i64,
        sql: impl FnOnce(usize) -> String,
        bind: impl FnOnce(&mut Arguments) -> Result<(), BoxError>,
    ) -> Result<(), sqlx::Error> {
        self.changes.push(sql(self.arguments.len() + 1));
        bind(&mut self.arguments).map_err(sqlx::Error::Encode)?;
        self.rows += rows;
        Ok(())
    }

    /// Writes all of them; `RowNotFound` where a row is not as it was expected to be, and then the
    /// transaction has to end.
    pub async fn write(self, db: &mut PgConnection) -> Result<(), sqlx::Error> {
        let written = match &self.changes[..] {
            [] => return Ok(()),
            [only] => {
                let query = sqlx::query_with(AssertSqlSafe(only.clone()), self.arguments.0);
                i64::try_from(query.execute(db).await?.rows_affected()).unwrap_or(i64::MAX)
            }
            changes => {
                let query = sqlx::query_with(AssertSqlSafe(together(changes)), self.arguments.0);
                query.fetch_one(db).await?.try_get("written")?
            }
        };
        if written == self.rows { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
    }
}

/// One statement that makes all changes and answers how many rows they wrote.
fn together(changes: &[String]) -> String {
    let parts = changes.iter().enumerate();
    let parts = parts.map(|(n, change)| format!("change_{n} as ({change} returning 1)"));
    let counts = (0..changes.len()).map(|n| format!("(select count(*) from change_{n})"));
    let (parts, counts): (Vec<_>, Vec<_>) = (parts.collect(), counts.collect());
    format!("with {} select {} as written", parts.join(", "), counts.join(" + "))
}
