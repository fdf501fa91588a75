//! Point reads of rows that Postgres holds in memory.

use muster_proto::deployment::v1::{
    GetContingentRequest, contingent_service_client::ContingentServiceClient,
};

use crate::{
    fill,
    measure::{Plan, Rounds, closed_loop},
    pgbench,
    world::World,
};

const CALLERS: usize = 64;
/// How many contingents are read in turn.
const ROWS: usize = 1_000;

/// What the service asks of the database where one caller asks alone.
const SCRIPT: &str = "\\set id random(1, 1000)
select mission, id, display_name, partner, pledge, ordinal, category, headcount,
    state, held_stage, pledged_at, steps, last_step_at, sources, revision, created_at, updated_at
from deployment.contingents where mission = '0' and id = :id;
";

pub async fn run(plan: Plan) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let sql = world.sql("deployment_owner").await?;
    let clients = world.clients(&deployment).await?;
    fill::missions(&world.client(&deployment).await?, 1).await?;
    fill::contingents(&sql, 1, ROWS).await?;
    println!("{CALLERS} callers over {} connections, {ROWS} rows", clients.len());
    let mut rounds = Rounds::new("read");
    for _ in 0..plan.rounds {
        let clients = clients.clone();
        let get = move |caller: usize, turn: usize| {
            let client = clients[caller % clients.len()].clone();
            // Strides that share no factor with the number of rows meet each of them.
            let id = (caller * 97 + turn * 389) % ROWS + 1;
            async move {
                let name = format!("missions/0/contingents/{id}");
                let mut client = ContingentServiceClient::new(client);
                client
                    .get_contingent(GetContingentRequest { name, ..Default::default() })
                    .await
                    .map(|_| ())
            }
        };
        let ours = closed_loop(CALLERS, plan, get).await?;
        rounds.add(ours, pgbench::run(&world, plan, CALLERS, SCRIPT).await?);
    }
    rounds.conclude();
    sql.close().await;
    drop(deployment);
    world.stop().await
}
