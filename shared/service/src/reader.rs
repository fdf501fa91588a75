//! One read: authorised, of one moment, within its caller's deadline.

use sqlx::{PgConnection, Postgres, Row, Transaction};
use tokio::time::Instant;

use crate::{
    context::AsOf, context::Context, database::Database, feed::Head, feed::check_token,
    status::Refusal,
};
use muster_values::name::MissionId;

/// A read-only transaction for one caller: everything read in it is of one moment, and its
/// statements end with the caller's deadline.
#[derive(Debug)]
pub struct Reader {
    transaction: Transaction<'static, Postgres>,
    mission: MissionId,
    as_of: AsOf,
    /// Where the mission's own feed stands; `None` where nothing was ever committed to it here.
    head: Option<Head>,
}

impl Database {
    /// Begins to read a mission for a caller who has a role in it, and who has seen nothing of it
    /// that this service does not have.
    pub async fn read(&self, context: &Context, mission: &MissionId) -> Result<Reader, Refusal> {
        context.scope(mission)?;
        let mut transaction = self.snapshot().await?;
        let left = context.deadline.saturating_duration_since(Instant::now()).as_millis();
        let row = sqlx::query(
            "select set_config('statement_timeout', $1, true), mission, epoch, last_position,
                floor_position
            from (select 1) one left join feeds on mission = $2",
        )
        .bind(left.max(1).to_string())
        .bind(mission.as_str())
        .fetch_one(&mut *transaction)
        .await?;
        let known = row.try_get::<Option<String>, _>("mission")?.is_some();
        let head = if known { Some(Head::try_from(row)?) } else { None };
        let own = |token: &&crate::token::Token| {
            token.service == self.schema && token.position != 0 && token.mission == *mission
        };
        for token in context.tokens.iter().filter(own) {
            check_token(head.as_ref(), token)?;
        }
        Ok(Reader { transaction, mission: mission.clone(), as_of: context.as_of, head })
    }

    /// Begins to read all missions that a caller has a role in.
    pub async fn read_all(&self, context: &Context) -> Result<Reader, Refusal> {
        self.still_has(context, None).await?;
        let mut transaction = self.snapshot().await?;
        let left = context.deadline.saturating_duration_since(Instant::now()).as_millis();
        sqlx::query("select set_config('statement_timeout', $1, true)")
            .bind(left.max(1).to_string())
            .execute(&mut *transaction)
            .await?;
        let mission = MissionId::trusted("");
        Ok(Reader { transaction, mission, as_of: context.as_of, head: None })
    }
}

impl Reader {
    pub fn db(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    pub fn mission(&self) -> &MissionId {
        &self.mission
    }

    /// Of which moment the caller asks.
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }

    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }
}
