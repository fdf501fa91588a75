//! A service's schema in Postgres: who makes it, and what the role that runs the service may do in
//! it. What is kept for ever is kept so by privileges: that role cannot change it, and can give
//! itself no right to.

use anyhow::{Context as _, anyhow, ensure};
use sqlx::{
    AssertSqlSafe, PgConnection, PgPool,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
};

use crate::{
    config::ServiceConfig,
    database::{options, reached},
};

/// The migrations of the tables that every service has; they come before its own.
static SHARED: Migrator = sqlx::migrate!();
/// The privileges in those tables of the role that runs a service.
const SHARED_PRIVILEGES: &str = include_str!("../privileges.sql");

/// A service's schema: its name, and its own migrations and privileges beside those that every
/// service has.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    pub name: &'static str,
    pub migrations: &'static Migrator,
    /// Statements that grant to `runner`, which stands for the role that runs the service.
    pub privileges: &'static str,
}

impl Schema {
    /// Brings the schema up to date as its owner; where the settings name none, it must be so.
    pub async fn prepare(&self, config: &ServiceConfig) -> anyhow::Result<()> {
        match &config.owner_database_url {
            Some(owner) => self.migrate(owner, &config.database_url).await,
            None => self.check(&config.database_url).await,
        }
    }

    async fn migrate(&self, owner: &str, runner: &str) -> anyhow::Result<()> {
        let runner = self.user(runner).await?;
        let pool = self.connect(owner).await?;
        let done = async {
            self.bring_up_to_date(&pool).await?;
            self.grant(&pool, &runner).await
        };
        let done = done.await;
        pool.close().await;
        done
    }

    async fn bring_up_to_date(&self, pool: &PgPool) -> anyhow::Result<()> {
        let mut migrator = self.migrator();
        migrator.create_schema(self.name.to_owned());
        match migrator.run(pool).await {
            Err(MigrateError::VersionMismatch(_) | MigrateError::VersionMissing(_)) => {
                Err(self.is_of_another_version())
            }
            Err(MigrateError::Execute(error)) if lacks_privilege(&error) => {
                Err(self.is_of_another_version())
            }
            result => result.context("cannot migrate the database"),
        }
    }

    /// Refuses a schema that another version of this program made, or nobody yet.
    async fn check(&self, url: &str) -> anyhow::Result<()> {
        let pool = self.connect(url).await?;
        let query = format!("select checksum from {}._sqlx_migrations order by version", self.name);
        let applied: Result<Vec<Vec<u8>>, _> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&pool).await;
        pool.close().await;
        let wanted = self.migrator();
        let is_whole = applied.is_ok_and(|applied| {
            wanted
                .iter()
                .map(|migration| &*migration.checksum)
                .eq(applied.iter().map(Vec::as_slice))
        });
        ensure!(
            is_whole,
            "the schema {} is not the one that this version of the program works on: run its \
             `migrate` with MUSTER_OWNER_DATABASE_URL, the role that owns the schema",
            self.name
        );
        Ok(())
    }

    /// Gives the role that runs the service what it needs, and takes from it what it no longer
    /// does. Replicas that start together wait for each other.
    async fn grant(&self, pool: &PgPool, runner: &str) -> anyhow::Result<()> {
        let mut work = pool.begin().await?;
        let lock = "select pg_advisory_xact_lock(hashtext('muster privileges'))";
        sqlx::query(lock).execute(&mut *work).await?;
        let quoted: String =
            sqlx::query_scalar("select quote_ident($1)").bind(runner).fetch_one(&mut *work).await?;
        let schema = self.name;
        run(
            &mut work,
            format!(
                "revoke all on all tables in schema {schema} from {quoted};
            grant usage on schema {schema} to {quoted};
            grant select on all tables in schema {schema} to {quoted};"
            ),
        )
        .await?;
        for statements in [SHARED_PRIVILEGES, self.privileges] {
            run(&mut work, statements.replace(" to runner;", &format!(" to {quoted};"))).await?;
        }
        Ok(work.commit().await?)
    }

    /// The role that a URL connects as.
    async fn user(&self, url: &str) -> anyhow::Result<String> {
        let pool = self.connect(url).await?;
        let user = sqlx::query_scalar("select current_user::text").fetch_one(&pool).await;
        pool.close().await;
        Ok(user?)
    }

    async fn connect(&self, url: &str) -> anyhow::Result<PgPool> {
        let options = options(url, self.name)?;
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
        reached(&pool).await?;
        Ok(pool)
    }

    fn migrator(&self) -> Migrator {
        let all = SHARED.iter().chain(self.migrations.iter()).cloned().collect();
        let mut migrator = Migrator::with_migrations(all);
        migrator.dangerous_set_table_name(format!("{}._sqlx_migrations", self.name));
        migrator
    }

    fn is_of_another_version(&self) -> anyhow::Error {
        anyhow!(
            "the schema {} was made by another version of this program, which this one cannot go \
             on from; nothing was changed: name another database or data directory, or drop the \
             schema and load the records again",
            self.name
        )
    }
}

/// Runs statements that hold no value of a caller's.
async fn run(db: &mut PgConnection, statements: String) -> anyhow::Result<()> {
    let told = "cannot give the role that runs the service its privileges";
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(db).await.map(|_| ()).context(told)
}

fn lacks_privilege(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("42501"))
}
