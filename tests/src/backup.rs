//! A backup of the deployment service's database, read into another one.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{Running, World, cluster, migrate_deployment};

/// A database that holds what the deployment service's held when it was backed up.
pub struct Backup {
    database: String,
}

impl World {
    /// Backs the deployment service's database up as `pg_dump` and `pg_restore` do: the tables are
    /// made anew, in a database of their own, and hold the same rows.
    pub async fn back_up_deployment(&self) -> Backup {
        let database = format!("b{}", uuid::Uuid::now_v7().simple());
        let cluster = cluster().await;
        cluster.create_database(&database, None).await.unwrap();
        migrate_deployment(&database).await.unwrap();
        let connect = async |database: &str| {
            PgConnection::connect(&cluster.url(database, "postgres")).await.unwrap()
        };
        let (mut from, mut to) = (connect(&self.database).await, connect(&database).await);
        let tables: Vec<String> = sqlx::query_scalar(
            "select 'deployment.' || quote_ident(tablename) from pg_tables
            where schemaname = 'deployment' and tablename <> '_sqlx_migrations'",
        )
        .fetch_all(&mut from)
        .await
        .unwrap();
        let begin =
            format!("set session_replication_role = replica; truncate {}", tables.join(", "));
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut to).await.unwrap();
        for table in tables {
            let rows = from.copy_out_raw(&format!("copy {table} to stdout")).await.unwrap();
            let rows: Vec<bytes::Bytes> = rows.try_collect().await.unwrap();
            let mut copy = to.copy_in_raw(&format!("copy {table} from stdin")).await.unwrap();
            copy.send(rows.concat()).await.unwrap();
            copy.finish().await.unwrap();
        }
        Backup { database }
    }

    /// A replica of the deployment service over a restored database.
    pub async fn deployment_over(&self, backup: &Backup) -> Running {
        let url = cluster().await.url(&backup.database, "deployment");
        self.deployment_replica(|service| service.database_url = url).await
    }
}
