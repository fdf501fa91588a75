//! The roles: for each service one that owns its schema and one that runs it. Neither can read the
//! other service's schema.

use std::{fs, path::Path};

use anyhow::ensure;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Cluster, DATABASE, SUPERUSER, account::Account};

/// Nobody may do anything but who is named: in databases to come, and in the first one.
const NOTHING_FOR_ALL: &str = "revoke all on schema public from public";
const NOBODY_HERE: &str = "revoke all on database postgres from public";

/// The roles that run the services, and those that own their schemas.
const ROLES: [&str; 4] = ["deployment", "deployment_owner", "reporting", "reporting_owner"];

/// Made here, so that neither role can take the other's name first.
const SCHEMAS: [&str; 2] = [
    "create schema if not exists deployment authorization deployment_owner",
    "create schema if not exists reporting authorization reporting_owner",
];

/// Lets in whom the operating system knows as the owner of the process that started the
/// server, in any of our roles, and nobody else.
pub fn write_access(data: &Path, account: &Account) -> anyhow::Result<()> {
    let user = account.own_name().replace('"', "\"\"");
    let lines = ROLES.iter().chain([&SUPERUSER]);
    let lines = lines.map(|role| format!("muster \"{user}\" {role}\n"));
    let names = lines.collect::<Vec<_>>().concat();
    for (file, text) in
        [("pg_hba.conf", "local all all peer map=muster\n"), ("pg_ident.conf", &names)]
    {
        let path = data.join(file);
        fs::write(&path, text)?;
        account.own(&path)?;
    }
    Ok(())
}

/// Makes the roles and the usual database, as far as they are not there.
pub async fn prepare(cluster: &Cluster) -> anyhow::Result<()> {
    let mut admin = cluster.connect("postgres").await?;
    let is_there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut admin)
            .await?;
    if is_there {
        refuse_other_versions(cluster).await?;
    } else {
        let mut template = cluster.connect("template1").await?;
        sqlx::query(NOTHING_FOR_ALL).execute(&mut template).await?;
        template.close().await?;
        sqlx::query(NOBODY_HERE).execute(&mut admin).await?;
    }
    make_roles(&mut admin, "login").await?;
    if !is_there {
        create(&mut admin, DATABASE, None).await?;
    }
    // Also where it is there: the run that made it may have been cut short.
    grant(&mut admin, DATABASE).await?;
    admin.close().await?;
    make_schemas(cluster, DATABASE).await
}

/// Leaves alone what a version of this program made that ran the services as the schemas' owners.
async fn refuse_other_versions(cluster: &Cluster) -> anyhow::Result<()> {
    let mut admin = cluster.connect(DATABASE).await?;
    let is_another: bool = sqlx::query_scalar(
        "select exists (
            select from pg_namespace n join pg_roles o on o.oid = n.nspowner
            where n.nspname in ('deployment', 'reporting') and o.rolname <> n.nspname || '_owner'
        )",
    )
    .fetch_one(&mut admin)
    .await?;
    admin.close().await?;
    ensure!(
        !is_another,
        "another version of this program made this data directory, and this one cannot go on from \
         it; nothing was changed: name another directory, or remove this one and load the records \
         again"
    );
    Ok(())
}

/// Makes the roles that run the services in a database that is not ours, and lets whoever the URL
/// names act as them: its own role owns the schemas.
pub async fn lend(url: &str) -> anyhow::Result<()> {
    let mut owner = PgConnection::connect(url).await?;
    make_roles(&mut owner, "nologin").await?;
    sqlx::query("grant deployment, reporting to current_user").execute(&mut owner).await?;
    Ok(owner.close().await?)
}

async fn make_roles(admin: &mut PgConnection, login: &str) -> anyhow::Result<()> {
    for role in ROLES {
        let create = format!("create role {role} {login}");
        let there = "exception when duplicate_object or unique_violation then null;";
        run(admin, format!("do $$ begin {create}; {there} end $$")).await?;
    }
    Ok(())
}

pub async fn create_database(
    cluster: &Cluster,
    name: &str,
    template: Option<&str>,
) -> anyhow::Result<()> {
    let mut admin = cluster.connect("postgres").await?;
    create(&mut admin, name, template).await?;
    grant(&mut admin, name).await?;
    admin.close().await?;
    match template {
        // The schemas come with it.
        Some(_) => Ok(()),
        None => make_schemas(cluster, name).await,
    }
}

pub async fn drop_database(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let mut admin = cluster.connect("postgres").await?;
    run(&mut admin, format!("drop database if exists {} with (force)", identifier(name)?)).await?;
    Ok(admin.close().await?)
}

async fn create(
    admin: &mut PgConnection,
    name: &str,
    template: Option<&str>,
) -> anyhow::Result<()> {
    let (name, template) = (identifier(name)?, identifier(template.unwrap_or("template1"))?);
    run(admin, format!("create database {name} template {template}")).await
}

async fn grant(admin: &mut PgConnection, name: &str) -> anyhow::Result<()> {
    let name = identifier(name)?;
    run(admin, format!("revoke all on database {name} from public")).await?;
    // CREATE, since `create schema if not exists` asks for it even where the schema exists.
    let owners = "deployment_owner, reporting_owner";
    run(admin, format!("grant connect, create on database {name} to {owners}")).await?;
    run(admin, format!("grant connect on database {name} to deployment, reporting")).await
}

async fn make_schemas(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let mut owner = cluster.connect(name).await?;
    for schema in SCHEMAS {
        sqlx::query(schema).execute(&mut owner).await?;
    }
    Ok(owner.close().await?)
}

/// Runs a statement whose identifiers were checked: an identifier cannot be a parameter.
async fn run(admin: &mut PgConnection, statement: String) -> anyhow::Result<()> {
    sqlx::query(AssertSqlSafe(statement)).execute(admin).await?;
    Ok(())
}

fn identifier(name: &str) -> anyhow::Result<&str> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    ensure!(starts && name.chars().all(plain) && name.len() <= 63, "{name:?} is no database name");
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_reach_a_statement() {
        assert!(identifier("test_42").is_ok());
        for name in ["", "4", "Muster", "a b", "a;drop", "a\"b", "ü"] {
            assert!(identifier(name).is_err(), "{name}");
        }
    }
}
