//! A contingent's step with everything that belongs to it: guard, ledger, idempotency, feed and
//! hash, in one durable transaction.

use anyhow::Context;
use muster_proto::deployment::v1::{
    AdvanceContingentRequest, ContingentState, contingent_service_client::ContingentServiceClient,
};
use muster_service::Clock;
use prost_types::Timestamp;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    fill,
    measure::{Plan, Rounds, closed_loop},
    pgbench, recorded,
    world::World,
};

const CALLERS: usize = 32;
const MISSIONS: usize = 16;
/// How many contingents of each mission wait for their step in one measurement.
const WAITING: usize = 3_000;
/// Ids in SQL, made of mission and contingent: each step that pgbench takes has its own.
const REQUEST_ID: &str = "md5(:id || '-' || :mission)";
const ENTRY_ID: &str = "md5(:mission || '-' || :id)";

pub async fn run(plan: Plan) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let sql = world.sql("deployment_owner").await?;
    let client = world.client(&deployment).await?;
    fill::missions(&client, MISSIONS).await?;
    let script = baseline(&world, &sql).await?;
    let clients = world.clients(&deployment).await?;
    println!("{CALLERS} callers over {} connections, {MISSIONS} missions", clients.len());
    println!("the service sends, and so does pgbench:\n{}", script.0);
    let mut rounds = Rounds::new("transition");
    let mut first = 10_000;
    for _ in 0..plan.rounds {
        fill::contingents(&sql, first, first + 2 * WAITING - 1).await?;
        let clients = clients.clone();
        let step = move |caller: usize, turn: usize| {
            let client = clients[caller % clients.len()].clone();
            let request = request(caller % MISSIONS, first + caller / MISSIONS + 2 * turn);
            async move {
                ContingentServiceClient::new(client).advance_contingent(request).await.map(|_| ())
            }
        };
        let ours = closed_loop(CALLERS, plan, step).await?;
        let before = trained(&sql).await?;
        let (text, variables) = &script;
        let text = format!(
            "\\set turn :turn + 1\n\\set mission :client_id % {MISSIONS}\n\
            \\set id {} + :client_id / {MISSIONS} + 2 * :turn\n{text}",
            first + WAITING
        );
        let mut variables = variables.clone();
        variables.push("--define=turn=-1".to_owned());
        let theirs = pgbench::run_with(&world, plan, CALLERS, &text, &variables).await?;
        // Both must have done it: a step that found nothing to do is quick.
        let done = trained(&sql).await? - before;
        println!("  pgbench took {done} contingents to the next state");
        rounds.add(ours, theirs);
        first += 2 * WAITING;
    }
    rounds.conclude();
    sql.close().await;
    drop(deployment);
    world.stop().await
}

/// The statements of one step, for pgbench.
async fn baseline(world: &World, sql: &PgPool) -> anyhow::Result<(String, Vec<String>)> {
    // Numbers that no other parameter of the statements has.
    let (mission, id) = (MISSIONS - 3, 7_777);
    fill::contingents(sql, id, id).await?;
    world.log_statements(true).await?;
    // A service of its own: what is logged is decided when a connection is opened.
    let service = world.deployment().await?;
    let client = world.clients(&service).await?.remove(0);
    let request = request(mission, id);
    let request_id = request.request_id.clone();
    let statements = recorded::transaction(world, async || {
        ContingentServiceClient::new(client).advance_contingent(request).await?;
        Ok(())
    })
    .await?;
    world.log_statements(false).await?;
    let parameters = statements.iter().flat_map(|statement| statement.parameters.iter().flatten());
    let is_entry = |value: &&String| Uuid::try_parse(value).is_ok() && **value != request_id;
    let entry = parameters.clone().find(is_entry).context("no ledger entry was written")?.clone();
    recorded::script(&statements, |value| match value {
        value if value == id.to_string() => Some(":id".to_owned()),
        value if value == mission.to_string() => Some(":mission".to_owned()),
        // Its number among those of its partner.
        value if value == (id + 1).to_string() => Some(":id + 1".to_owned()),
        value if value == request_id => Some(format!("{REQUEST_ID}::uuid")),
        value if value == format!("{{{request_id}}}") => Some(format!("array[{REQUEST_ID}::uuid]")),
        value if value == entry => Some(ENTRY_ID.to_owned()),
        // Messages are the same for all.
        value if value.contains("\\x") => None,
        value if value.contains(&id.to_string()) => Some(format!(
            "replace(replace({}, '{entry}', {ENTRY_ID}), '{id}', :id::text){}",
            recorded::quoted(value),
            if value.starts_with('{') { "::text[]" } else { "" }
        )),
        _ => None,
    })
}

fn request(mission: usize, id: usize) -> AdvanceContingentRequest {
    let now = Clock::System.now();
    AdvanceContingentRequest {
        name: format!("missions/{mission}/contingents/{id}"),
        request_id: Uuid::new_v4().to_string(),
        effective_time: Some(Timestamp { seconds: now.unix_timestamp(), nanos: 0 }),
        state: ContingentState::Training.into(),
        ..AdvanceContingentRequest::default()
    }
}

async fn trained(sql: &PgPool) -> anyhow::Result<i64> {
    let count = "select count(*) from deployment.contingents where state = 'training'";
    Ok(sqlx::query_scalar(count).fetch_one(sql).await?)
}
