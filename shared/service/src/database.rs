//! A service's own schema in Postgres: connections, and the SQL that both services have.

use std::{str::FromStr, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use sqlx::{
    PgPool, Postgres, Row, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    Clock,
    config::ServiceConfig,
    feed::{Commits, Sight},
    repeated,
    resource::contended,
    status::{self, Reason, Refusal},
};

/// How long to wait for a connection before the call is refused.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(2);
/// How long the database may take to say that it is there.
const PING_LIMIT: Duration = Duration::from_secs(2);
/// How long connections may take to end in good order.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// How long to wait for a database that is not up yet.
const CONNECT_LIMIT: Duration = Duration::from_mins(1);
const CONNECT_PAUSE: Duration = Duration::from_millis(250);
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// A service's connections to its schema.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) pool: PgPool,
    pub(crate) schema: &'static str,
    pub(crate) clock: Clock,
    /// Told after each commit of this process, so that its watchers need not wait for a poll.
    pub(crate) commits: Arc<Commits>,
    /// Whether the feed's looks are answered.
    pub(crate) sight: Arc<Sight>,
}

impl Database {
    /// Connects, waiting a while for a database that is still starting.
    pub async fn connect(
        config: &ServiceConfig,
        schema: &'static str,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let options = options(&config.database_url, schema)?;
        let pool = PgPoolOptions::new()
            .max_connections(config.database_connections)
            .acquire_timeout(ACQUIRE_LIMIT)
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async {
                    let statement = "select begin_new_epoch_if_restored()";
                    sqlx::query(statement).execute(connection).await.map(|_| ())
                })
            })
            .connect_lazy_with(options);
        reached(&pool).await?;
        refuse_owner(&pool).await?;
        Ok(Self { pool, schema, clock, commits: Arc::default(), sight: Arc::default() })
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Asks the database for an answer.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        within(PING_LIMIT, async { sqlx::query("select 1").execute(&self.pool).await.map(|_| ()) })
            .await
    }

    /// A connection, for reads that no caller waits for, or several callers at once.
    pub async fn connection(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.pool.acquire().await
    }

    /// A transaction that writes.
    pub(crate) async fn transaction(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.open("begin").await
    }

    /// A read-only transaction: everything read in it is of one moment.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.open("begin isolation level repeatable read read only").await
    }

    /// Opens a transaction, to the end even where its caller goes meanwhile: given up halfway, it
    /// would stay open on a connection that is idle for all that the pool knows, and others would
    /// read and write in it.
    async fn open(
        &self,
        statement: &'static str,
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let pool = self.pool.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "one statement, which closing the pool waits for"
        )]
        let opening = tokio::spawn(async move { pool.begin_with(statement).await });
        opening.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }

    /// Closes all connections; those on which the database says nothing are left to the system.
    pub async fn close(&self) {
        let _ = tokio::time::timeout(CLOSE_LIMIT, self.pool.close()).await;
    }
}

/// What the database answers, for those who have no deadline of their own: a connection that went
/// silent is not waited for without end.
pub(crate) async fn within<T, E: From<sqlx::Error>>(
    limit: Duration,
    asking: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let silent = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into());
    tokio::time::timeout(limit, asking).await.unwrap_or_else(silent)
}

/// Waits a while for a database that is still starting.
pub(crate) async fn reached(pool: &PgPool) -> anyhow::Result<()> {
    let patience = tokio::time::Instant::now() + CONNECT_LIMIT;
    while let Err(error) = sqlx::query("select 1").execute(pool).await {
        if patience < tokio::time::Instant::now() {
            return Err(error).context("cannot reach the database");
        }
        tokio::time::sleep(CONNECT_PAUSE).await;
    }
    Ok(())
}

/// Refuses a role that could change what is kept for ever, or read what it may not.
async fn refuse_owner(pool: &PgPool) -> anyhow::Result<()> {
    let row = sqlx::query(
        "select current_user::text as name, u.rolsuper or u.rolbypassrls as is_above_rules,
            pg_has_role(t.relowner, 'member') as is_owner
        from pg_roles u, pg_class t
        where u.rolname = current_user and t.oid = 'feeds'::regclass",
    )
    .fetch_one(pool)
    .await
    .context("cannot read the schema")?;
    let name: String = row.try_get("name")?;
    if row.try_get("is_above_rules")? {
        bail!("{name} is a superuser or bypasses row security; run the service as another role");
    }
    if row.try_get("is_owner")? {
        bail!(
            "{name} owns the schema and could change what is kept for ever; run the service as \
             another role, and name this one in MUSTER_OWNER_DATABASE_URL"
        );
    }
    Ok(())
}

pub(crate) fn options(url: &str, schema: &str) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).context("the database URL cannot be read")?;
    // A writer that froze with the feed's row in its hands would stop everyone else.
    Ok(options
        .application_name(schema)
        .options([("search_path", schema)])
        .options([("idle_in_transaction_session_timeout", "5s"), ("statement_timeout", "30s")]))
}

/// What a caller is told where the database failed.
pub fn refusal(error: &sqlx::Error) -> Refusal {
    let code = error.as_database_error().and_then(|error| error.code().map(String::from));
    let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    match (error, code.as_deref()) {
        // unique_violation: another call was faster to make the same revision.
        (_, Some("23505")) if constraint == Some("revisions_pkey") => {
            contended().retry_after(RETRY_DELAY)
        }
        // lock_not_available, serialization_failure, deadlock_detected
        (_, Some("55P03" | "40001" | "40P01")) => contended().retry_after(RETRY_DELAY),
        (_, Some("57014")) => Refusal::new(Reason::DeadlinePassed, "the deadline passed"),
        // read_only_sql_transaction: a replica of the database. idle_in_transaction_session_timeout.
        (_, Some("25006" | "25P03")) => unavailable(error),
        // Connections, resources, stops of the server.
        (_, Some(code)) if ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => {
            unavailable(error)
        }
        (sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_), _) => {
            unavailable(error)
        }
        _ => status::internal(error),
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        refusal(&error)
    }
}

fn unavailable(error: &sqlx::Error) -> Refusal {
    repeated::warn("the database cannot be reached", error);
    Refusal::new(Reason::DatabaseUnavailable, "the database cannot be reached")
        .retry_after(RETRY_DELAY)
}
