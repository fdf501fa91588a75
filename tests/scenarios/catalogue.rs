//! What the tables of both services keep to, read from the database's own catalogue.

use muster_tests::World;
use sqlx::Row;

/// Tables that are of no mission: what migrations were run, and which database this is.
const OF_NO_MISSION: [&str; 2] = ["_sqlx_migrations", "restore_detection"];

async fn found(schema: &str, query: &str) -> Vec<String> {
    let world = World::start().await;
    let sql = world.sql(schema).await;
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(schema).fetch_all(&sql).await.unwrap();
    sql.close().await;
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

/// Tables that lie on several machines are divided by mission.
#[tokio::test]
async fn every_key_begins_with_the_mission() {
    let keys = "select c.relname || ' ' || k.conname
        from pg_constraint k
            join pg_class c on c.oid = k.conrelid
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
        where n.nspname = $1 and k.contype in ('p', 'u', 'f') and a.attname <> 'mission'";
    for schema in ["deployment", "reporting"] {
        let mut found = found(schema, keys).await;
        found.retain(|key| !OF_NO_MISSION.iter().any(|table| key.starts_with(table)));
        assert!(found.is_empty(), "{schema}: {found:?}");
    }
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let keys = "select c.relname || ' ' || k.conname
        from pg_constraint k
            join pg_class c on c.oid = k.conrelid
            join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and k.contype = 'f' and not exists (
            select from pg_index i where i.indrelid = c.oid
                and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] = k.conkey
        )";
    for schema in ["deployment", "reporting"] {
        let found = found(schema, keys).await;
        assert!(found.is_empty(), "{schema}: {found:?}");
    }
}

/// What is never changed is kept so by what statements there are, not by what happens behind them.
#[tokio::test]
async fn nothing_happens_behind_a_statement() {
    let triggers = "select c.relname || ' ' || t.tgname
        from pg_trigger t
            join pg_class c on c.oid = t.tgrelid
            join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = $1 and not t.tgisinternal";
    for schema in ["deployment", "reporting"] {
        let found = found(schema, triggers).await;
        assert!(found.is_empty(), "{schema}: {found:?}");
    }
}
