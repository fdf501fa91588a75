//! What our layers cost: the same answer through them and from a server that has none.

use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::{
    measure::{Plan, Rounds, WARM_UP, closed_loop},
    process::Process,
    world::World,
};

const CALLERS: usize = 64;

pub async fn run(plan: Plan) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let bare = Process::start(&["bare"]).await?;
    let (ours, theirs) = (world.clients(&deployment).await?, world.clients(&bare).await?);
    println!("{CALLERS} callers over {} connections", ours.len());
    let mut rounds = Rounds::new("echo");
    for _ in 0..plan.rounds {
        let mut samples = Vec::new();
        for (clients, server) in [(&ours, &deployment), (&theirs, &bare)] {
            let clients = clients.clone();
            let before = server.time()?;
            let check = move |caller: usize, _| {
                let client = clients[caller % clients.len()].clone();
                async move {
                    let mut client = HealthClient::new(client);
                    client.check(HealthCheckRequest::default()).await.map(|_| ())
                }
            };
            let sample = closed_loop(CALLERS, plan, check).await?;
            // What else runs on the machine hardly moves this.
            let spent = server.time()?.saturating_sub(before).as_secs_f64();
            let calls = sample.per_second * (plan.window() + WARM_UP).as_secs_f64();
            println!("  server: {:.1} us of processor time a call", spent / calls * 1e6);
            samples.push(sample);
        }
        rounds.add(samples[0], samples[1]);
    }
    rounds.conclude();
    drop((deployment, bare));
    world.stop().await
}
