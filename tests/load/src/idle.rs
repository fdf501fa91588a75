//! The memory of services that nobody calls.

use std::time::Duration;

use crate::world::World;

const LIMIT_MIB: f64 = 25.0;
/// How long a service has been left alone when it is looked at.
const QUIET: Duration = Duration::from_secs(5);

pub async fn run() -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let reporting = world.reporting(&deployment).await?;
    tokio::time::sleep(QUIET).await;
    let mut most = 0.0_f64;
    for (name, process) in [("deployment", &deployment), ("reporting", &reporting)] {
        let kib = u32::try_from(process.memory()? / 1024)?;
        let mib = f64::from(kib) / 1024.0;
        println!("{name:12} {mib:5.1} MiB");
        most = most.max(mib);
    }
    println!("idle ratio {:.2}", LIMIT_MIB / most);
    drop((deployment, reporting));
    world.stop().await
}
