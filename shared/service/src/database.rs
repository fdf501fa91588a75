//! A service's own schema in Postgres: connections, and the SQL that both services have.

use std::{str::FromStr, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use sqlx::{
    PgPool, Postgres, Transaction,
    migrate::{MigrateError, Migrator},
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    Clock,
    config::ServiceConfig,
    fault,
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

/// The migrations of the tables that every service has; they come before its own.
static SHARED: Migrator = sqlx::migrate!();

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

    /// A connection to read with.
    pub async fn reader(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
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

/// Brings a service's schema up to date, over a connection of its own: the tables that every
/// service has, then its own.
pub async fn migrate(url: &str, schema: &str, own: &Migrator) -> anyhow::Result<()> {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options(url, schema)?);
    reached(&pool).await?;
    let mut all = Migrator::with_migrations(SHARED.iter().chain(own.iter()).cloned().collect());
    all.create_schema(schema.to_owned());
    all.dangerous_set_table_name(format!("{schema}._sqlx_migrations"));
    let result = all.run(&pool).await;
    pool.close().await;
    match result {
        Err(MigrateError::VersionMismatch(_) | MigrateError::VersionMissing(_)) => bail!(
            "the schema {schema} was made by another version of this program, which this one \
             cannot go on from; nothing was changed: name another database or data directory, or \
             drop the schema and load the records again"
        ),
        result => result.context("cannot migrate the database"),
    }
}

/// Waits a while for a database that is still starting.
async fn reached(pool: &PgPool) -> anyhow::Result<()> {
    let patience = tokio::time::Instant::now() + CONNECT_LIMIT;
    while let Err(error) = sqlx::query("select 1").execute(pool).await {
        if patience < tokio::time::Instant::now() {
            return Err(error).context("cannot reach the database");
        }
        tokio::time::sleep(CONNECT_PAUSE).await;
    }
    Ok(())
}

fn options(url: &str, schema: &str) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).context("the database URL cannot be read")?;
    // A writer that froze with the feed's row in its hands would stop everyone else.
    Ok(options
        .application_name(schema)
        .options(fault::mutated("answer-before-durable").then_some(("synchronous_commit", "off")))
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
