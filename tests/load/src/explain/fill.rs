//! Twenty missions through the services, and copies of their rows: a million in each large table.

use anyhow::Context;
use muster::client::Client;

use super::LARGE;
use crate::{fill, world::World};

const MISSION: &str = include_str!("../explain.toml");
const MISSIONS: usize = 20;
/// Copies of the first row in each mission, where there is no end to what happens.
const COPIES: i32 = 50_000;

/// Tables whose first row of each mission is copied, and how often: of what people write there is
/// less.
const TABLES: [(&str, &str, i32); 5] = [
    ("deployment", "headcount_entries", COPIES),
    ("reporting", "incidents", COPIES),
    ("reporting", "figures", 600),
    ("reporting", "statements", 5_000),
    ("reporting", "timeline_events", 5_000),
];
/// Histories, with the collections that are copied.
const HISTORIES: [(&str, &str, &str); 3] = [
    ("deployment", "revisions", "contingents/headcountEntries"),
    ("reporting", "revisions", "incidents"),
    ("reporting", "deployment_revisions", "contingents/headcountEntries"),
];

/// Fills both databases; the names of the tables that are large then.
pub async fn all(world: &World, client: &Client) -> anyhow::Result<Vec<String>> {
    for number in 0..MISSIONS {
        fill::load(client, &MISSION.replace("MISSION", &number.to_string())).await?;
    }
    let sql = world.sql("postgres").await?;
    let mut statements = Vec::new();
    for (schema, table, count) in TABLES {
        let changed = [("id", "'copy-' || n")];
        statements.push(copies(&sql, (schema, table), &changed, count, "").await?);
    }
    for (schema, table, collection) in HISTORIES {
        let with = format!("and collection = '{collection}'");
        let ordinal = if table == "revisions" { vec![("ordinal", "1000 + n")] } else { Vec::new() };
        let changed = [vec![("key", "'first/' || n")], ordinal].concat();
        statements.push(copies(&sql, (schema, table), &changed, COPIES, &with).await?);
    }
    for statement in statements {
        let filled = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&sql).await;
        filled.with_context(|| statement)?;
    }
    sqlx::query("vacuum analyze").execute(&sql).await?;
    let large = sqlx::query_scalar(
        "select distinct c.relname::text from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('deployment', 'reporting') and c.relkind = 'r' and $1 <= c.reltuples
        order by 1",
    )
    .bind(LARGE)
    .fetch_all(&sql)
    .await?;
    sql.close().await;
    println!("large: {}", large.join(", "));
    Ok(large)
}

/// The statement that copies the first row of each mission, with other values in some columns.
async fn copies(
    sql: &sqlx::PgPool,
    (schema, table): (&str, &str),
    changed: &[(&str, &str)],
    count: i32,
    with: &str,
) -> anyhow::Result<String> {
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns
        where table_schema = $1 and table_name = $2",
    )
    .bind(schema)
    .bind(table)
    .fetch_all(sql)
    .await?;
    let value = |column: &String| {
        let other = changed.iter().find(|(name, _)| name == column);
        other.map_or_else(|| format!("f.{column}"), |(_, value)| (*value).to_owned())
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    Ok(format!(
        "insert into {schema}.{table} ({}) select {} from (
            select distinct on (mission) * from {schema}.{table} where true {with} order by mission
        ) f, generate_series(1, {count}) n",
        columns.join(", "),
        values.join(", "),
    ))
}
