//! What the tables of both services keep to, read from the database's own catalogue.

use muster_service::rules::pool;
use muster_tests::World;
use prost_reflect::EnumValueDescriptor;
use sqlx::{PgPool, Row};

const SCENARIO: &str = include_str!("../../deploy/scenarios/haiti-mss.toml");

/// Tables that are of no mission, each the same on every machine.
const OF_NO_MISSION: [(&str, &str); 2] = [
    ("_sqlx_migrations", "which migrations were run; sqlx names it and gives it its columns"),
    ("restore_detection", "one row, which says of which database and machine the feeds are"),
];

/// What of a schema could not lie on the machine of its mission, each as its table and its name:
/// tables without a mission or a key, keys that do not begin with it, references to other missions
/// or to tables of none, and triggers.
const NOT_BY_MISSION: &str = "
    with tables as (
        select c.oid, c.relname::text as name, c.relname::text = any ($2) as of_no_mission
        from pg_class c
        where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'f', 'm')
    ), missions as (
        select a.attrelid as oid, a.attnum from pg_attribute a
        where a.attname = 'mission' and a.attnotnull and a.atttypid = 'text'::regtype
    )
    select name || ': no mission' from tables
    where not of_no_mission and oid not in (select oid from missions)
    union all
    select name || ': no key' from tables t
    where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)
    union all
    select name || ': ' || (select relname from pg_class where oid = i.indexrelid)
    from tables t join pg_index i on i.indrelid = t.oid left join missions m on m.oid = t.oid
    where not of_no_mission and (i.indisunique or i.indisexclusion)
        and i.indkey[0] is distinct from m.attnum
    union all
    select name || ': ' || k.conname
    from tables t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
        left join missions here on here.oid = k.conrelid
        left join missions there on there.oid = k.confrelid
    where (k.conkey[1], k.confkey[1]) is distinct from (here.attnum, there.attnum)
        or here.attnum is null or there.attnum is null
    union all
    select name || ': ' || g.tgname from tables t join pg_trigger g on g.tgrelid = t.oid
    where not g.tgisinternal
    union all
    select name || ': ' || r.rulename from tables t join pg_rewrite r on r.ev_class = t.oid
    where r.rulename <> '_RETURN'
    order by 1";

async fn not_by_mission(admin: &PgPool, schema: &str) -> Vec<String> {
    let reference: Vec<&str> = OF_NO_MISSION.iter().map(|(table, _)| *table).collect();
    let found = sqlx::query_scalar(NOT_BY_MISSION).bind(schema).bind(reference);
    found.fetch_all(admin).await.unwrap()
}

async fn found(schema: &str, query: &str) -> Vec<String> {
    let world = World::start().await;
    let sql = world.sql(schema).await;
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(schema).fetch_all(&sql).await.unwrap();
    sql.close().await;
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

/// Columns whose words are those of an enum of the contract.
const WORDS: [(&str, &str); 27] = [
    ("deployment.pledges.category", "deployment.v1.PersonnelCategory"),
    ("deployment.pledges.qualifier", "common.v1.Qualifier"),
    ("deployment.pledges.state", "deployment.v1.PledgeState"),
    ("deployment.contingents.category", "deployment.v1.PersonnelCategory"),
    ("deployment.contingents.state", "deployment.v1.ContingentState"),
    ("deployment.contingent_steps.from_state", "deployment.v1.ContingentState"),
    ("deployment.contingent_steps.to_state", "deployment.v1.ContingentState"),
    ("deployment.readiness_checks.kind", "deployment.v1.ReadinessCheckType"),
    ("deployment.headcount_entries.from_account", "deployment.v1.HeadcountAccount"),
    ("deployment.headcount_entries.to_account", "deployment.v1.HeadcountAccount"),
    ("deployment.movements.direction", "deployment.v1.MovementDirection"),
    ("deployment.movements.mode", "deployment.v1.TransportMode"),
    ("deployment.movements.state", "deployment.v1.MovementState"),
    ("deployment.sites.kind", "deployment.v1.SiteKind"),
    ("deployment.site_statuses.control", "deployment.v1.SiteControl"),
    ("deployment.strength_claims.qualifier", "common.v1.Qualifier"),
    ("deployment.strength_claims.measure", "deployment.v1.StrengthMeasure"),
    ("reporting.incidents.kind", "reporting.v1.IncidentType"),
    ("reporting.incidents.date_precision", "common.v1.DatePrecision"),
    ("reporting.incidents.verification", "reporting.v1.VerificationState"),
    ("reporting.figures.qualifier", "common.v1.Qualifier"),
    ("reporting.assessments.qualifier", "common.v1.Qualifier"),
    ("reporting.assessments.controller_kind", "reporting.v1.ControllerKind"),
    ("reporting.assessments.confidence", "reporting.v1.Confidence"),
    ("reporting.assessments.date_precision", "common.v1.DatePrecision"),
    ("reporting.timeline_events.kind", "reporting.v1.TimelineEventKind"),
    ("reporting.situation_reports.state", "reporting.v1.SituationReportState"),
];

/// Tables that lie on several machines are divided by mission.
#[tokio::test]
async fn every_table_key_and_reference_lies_with_its_mission() {
    let world = World::start().await;
    let admin = world.sql("postgres").await;
    for schema in ["deployment", "reporting"] {
        assert_eq!(not_by_mission(&admin, schema).await, Vec::<String>::new(), "{schema}");
        for (table, reason) in OF_NO_MISSION {
            let there: bool = sqlx::query_scalar("select to_regclass($1 || '.' || $2) is not null")
                .bind(schema)
                .bind(table)
                .fetch_one(&admin)
                .await
                .unwrap();
            assert!(there, "{schema} has no {table}: {reason}");
        }
    }
    let elsewhere: Vec<String> = sqlx::query_scalar(
        "select oid::regclass::text from pg_class
        where relkind in ('r', 'p', 'f', 'm') and relnamespace not in (
            'deployment'::regnamespace, 'reporting'::regnamespace,
            'pg_catalog'::regnamespace, 'information_schema'::regnamespace
        ) and relnamespace::regnamespace::text not like 'pg_toast%'",
    )
    .fetch_all(&admin)
    .await
    .unwrap();
    admin.close().await;
    assert_eq!(elsewhere, Vec::<String>::new());
}

/// Tables that are fit to be divided by mission, and such as are not.
const SPREAD: &str = "
    create schema spread;
    set local search_path to spread;
    create table missions (mission text primary key);
    create table good (
        mission text not null references missions, id text, primary key (mission, id)
    );
    create table restore_detection (only_row boolean primary key);
    create table restore_detection_of_old (only_row boolean primary key);
    create table keyless (mission text not null);
    create table loose (mission text not null, id text, primary key (id, mission));
    create unique index good_by_id on good (id);
    create unique index good_by_any_case on good (lower(mission));
    create table pointing (
        mission text not null, other text not null, row boolean, primary key (mission, other),
        constraint crossed foreign key (other, mission) references good,
        constraint out_of_all foreign key (row) references restore_detection
    );
    create function nothing() returns trigger language plpgsql as 'begin return null; end';
    create trigger behind after insert on good execute function nothing();
    create rule aside as on delete to good do instead nothing;";

#[tokio::test]
async fn what_could_not_lie_with_its_mission_is_found() {
    let world = World::start().await;
    let admin = world.sql("postgres").await;
    sqlx::raw_sql(SPREAD).execute(&admin).await.unwrap();
    let found = not_by_mission(&admin, "spread").await;
    admin.close().await;
    assert_eq!(
        found,
        [
            "good: aside",
            "good: behind",
            "good: good_by_any_case",
            "good: good_by_id",
            "keyless: no key",
            "loose: loose_pkey",
            "pointing: crossed",
            "pointing: out_of_all",
            "restore_detection_of_old: no mission",
            "restore_detection_of_old: restore_detection_of_old_pkey",
        ]
    );
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

/// What is recorded stays as it was recorded, whatever the program that records it does.
#[tokio::test]
async fn a_service_cannot_change_what_it_keeps_for_ever() {
    let world = World::start().await;
    for (role, tables) in [
        ("deployment", vec!["revisions"]),
        ("reporting", vec!["revisions", "deployment_revisions"]),
    ] {
        let sql = world.sql(role).await;
        for table in tables {
            let changes = format!("update {role}.{table} set message = ''");
            let empties = format!("truncate {role}.{table}");
            let undoes = format!("alter table {role}.{table} rename to forgotten");
            for statement in [changes, empties, undoes] {
                let refused = sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&sql);
                let refused = refused.await.unwrap_err();
                let code =
                    refused.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap();
                assert_eq!(code, "42501", "{statement}");
            }
        }
        let refused = sqlx::query("delete from revisions").execute(&sql).await;
        refused.unwrap_err();
        sql.close().await;
    }
}

#[tokio::test]
async fn who_runs_a_service_owns_nothing_and_stands_above_no_rule() {
    let world = World::start().await;
    let admin = world.sql("postgres").await;
    let found: Vec<String> = sqlx::query_scalar(
        "select r.rolname || ' ' || coalesce(n.nspname || '.' || c.relname, '')
        from pg_roles r
            left join pg_class c on c.relowner = r.oid
            left join pg_namespace n on n.oid = c.relnamespace
        where r.rolname in ('deployment', 'reporting')
            and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or c.oid is not null
                or has_schema_privilege(r.oid, r.rolname, 'create')
                or has_database_privilege(r.oid, current_database(), 'create'))",
    )
    .fetch_all(&admin)
    .await
    .unwrap();
    admin.close().await;
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn a_service_refuses_to_run_as_the_owner_of_its_schema() {
    let world = World::start().await;
    for (role, told) in [("deployment_owner", "owns the schema"), ("postgres", "superuser")] {
        let refused = world.database_as(role, 1).await.unwrap_err();
        assert!(refused.to_string().contains(told), "{role}: {refused:#}");
    }
}

#[tokio::test]
async fn a_schema_of_another_version_is_refused_and_left_as_it_is() {
    let world = World::start().await;
    let owner = world.sql("deployment_owner").await;
    let stand = "select array_agg(version || ':' || encode(checksum, 'hex') order by version)
        from deployment._sqlx_migrations";
    sqlx::query("update deployment._sqlx_migrations set checksum = '\\x00' where version = 3")
        .execute(&owner)
        .await
        .unwrap();
    let before: Vec<String> = sqlx::query_scalar(stand).fetch_one(&owner).await.unwrap();
    let refused = world.migrate_deployment().await.unwrap_err();
    assert!(refused.to_string().contains("another version of this program"), "{refused:#}");
    let after: Vec<String> = sqlx::query_scalar(stand).fetch_one(&owner).await.unwrap();
    owner.close().await;
    assert_eq!(before, after);
}

/// The words that the check of a column, or of its type, allows.
const ALLOWED: &str = "select array_agg(word[1] order by word[1])
    from pg_attribute a
        join pg_constraint k on k.contypid = a.atttypid
            or k.conrelid = a.attrelid and k.conkey = array[a.attnum],
        regexp_matches(pg_get_constraintdef(k.oid), '''([a-z_]+)''', 'g') as word
    where a.attrelid = $1::regclass and k.contype = 'c' and a.attname = $2
        and k.conname like '%_is_known'";

#[tokio::test]
async fn a_column_of_words_holds_those_of_the_contract() {
    let world = World::start().await;
    let admin = world.sql("postgres").await;
    for (column, contract) in WORDS {
        let (table, column) = column.rsplit_once('.').unwrap();
        let allowed: Option<Vec<String>> =
            sqlx::query_scalar(ALLOWED).bind(table).bind(column).fetch_one(&admin).await.unwrap();
        let known = pool().get_enum_by_name(&format!("muster.{contract}")).unwrap();
        let mut known: Vec<String> =
            known.values().filter(|value| value.number() != 0).map(|value| word(&value)).collect();
        known.sort();
        assert_eq!(allowed, Some(known), "{table}.{column}");
    }
    admin.close().await;
}

/// What a value of an enum is called where it is kept: its name without the enum's.
fn word(value: &EnumValueDescriptor) -> String {
    let kind = value.parent_enum();
    let prefix = kind.default_value().name().trim_end_matches("UNSPECIFIED").to_owned();
    value.name().trim_start_matches(prefix.as_str()).to_lowercase()
}

/// What is compared or summed can be so where it is kept.
#[tokio::test]
async fn a_quantity_stands_in_columns_and_its_bounds_are_in_order() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let admin = world.sql("postgres").await;
    for table in [
        "deployment.pledges",
        "deployment.strength_claims",
        "reporting.figures",
        "reporting.assessments",
    ] {
        let sum = format!("select coalesce(sum(at_least), 0)::bigint from {table}");
        let sum: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sum)).fetch_one(&admin).await.unwrap();
        assert!(0 < sum, "{table}");
        let reversed = format!("update {table} set at_least = 2, at_most = 1");
        let refused = sqlx::query(sqlx::AssertSqlSafe(reversed)).execute(&admin).await.unwrap_err();
        let broken = refused.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        assert_eq!(broken, Some("bounds_are_in_order"), "{table}");
    }
    admin.close().await;
}

#[tokio::test]
async fn the_balances_are_what_the_ledger_adds_up_to() {
    let world = World::start().await;
    world.load(SCENARIO).await;
    let admin = world.sql("postgres").await;
    let (balances, differences): (i64, i64) = sqlx::query_as(
        "with people as (
            select mission, contingent, to_account as account, headcount::bigint as headcount
            from deployment.headcount_entries
            union all
            select mission, contingent, from_account, -headcount from deployment.headcount_entries
        ), sums as (
            select mission, contingent, account, sum(headcount)::bigint as headcount from people
            where account <> 'outside' group by mission, contingent, account
        )
        select (select count(*) from deployment.headcount_balances),
            (select count(*) from deployment.headcount_balances b
                full join sums s using (mission, contingent, account)
                where b.headcount is distinct from coalesce(s.headcount, 0))",
    )
    .fetch_one(&admin)
    .await
    .unwrap();
    assert!(0 < balances);
    assert_eq!(differences, 0);
    let below = "update deployment.headcount_balances set headcount = -1";
    let refused = sqlx::query(below).execute(&admin).await.unwrap_err();
    let broken = refused.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    assert_eq!(broken, Some("no_account_is_below_zero"));
    admin.close().await;
}
