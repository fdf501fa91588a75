//! Five times more calls than the service can answer: those it answers in time stay nearly as
//! many as at its best, and the others are refused at once and told when to come back.

use std::time::Duration;

use muster_proto::deployment::v1::{
    ListContingentsRequest, contingent_service_client::ContingentServiceClient,
};
use tokio::{task::JoinSet, time::Instant};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::{
    fill,
    measure::{Plan, closed_loop, count, median, percentile},
    process::stay_on,
    world::{Authorized, World},
};

/// Callers of which each waits for its answer, to find the most that is answered.
const CALLERS: [usize; 3] = [8, 16, 32];
const TIMES: f64 = 5.0;
/// How long a caller waits for its answer.
const DEADLINE: Duration = Duration::from_secs(1);
const ROWS: usize = 1_000;
/// How often calls are sent off.
const TICK: Duration = Duration::from_millis(2);

pub async fn run(plan: Plan) -> anyhow::Result<()> {
    // What callers spend on being refused is not to be missing where others are answered.
    let processors = std::thread::available_parallelism()?.get();
    stay_on(0..processors / 2).await?;
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    stay_on(processors / 2..processors).await?;
    let sql = world.sql("deployment_owner").await?;
    fill::missions(&world.client(&deployment).await?, 1).await?;
    fill::contingents(&sql, 1, ROWS).await?;
    let clients = world.clients(&deployment).await?;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let mut peaks = [0.0; CALLERS.len()];
        for (peak, callers) in peaks.iter_mut().zip(CALLERS) {
            let clients = clients.clone();
            let list = move |caller: usize, _| list(clients[caller % clients.len()].clone(), None);
            *peak = closed_loop(callers, plan, list).await?.per_second;
        }
        let found = flood(&clients, plan, peaks.into_iter().fold(0.0, f64::max) * TIMES).await?;
        found.print(peaks);
        rounds.push((found.good_per_second, peaks));
    }
    println!("overload ratio {:.2}", ratio(&rounds));
    sql.close().await;
    drop(deployment);
    world.stop().await
}

/// What is answered of a flood, as a part of what the number of callers that is best over all
/// rounds gets in the same round. The best of each round would be best by chance.
fn ratio(rounds: &[(f64, [f64; CALLERS.len()])]) -> f64 {
    let peak = |best: usize| median(rounds.iter().map(|(_, peaks)| peaks[best]).collect());
    let best = (0..CALLERS.len()).max_by(|one, other| peak(*one).total_cmp(&peak(*other)));
    let best = best.unwrap_or_default();
    median(rounds.iter().map(|(good, peaks)| good / peaks[best]).collect())
}

/// A page of contingents: enough work that the calls themselves are not what is measured.
async fn list(client: Authorized, limit: Option<Duration>) -> Result<(), Status> {
    let mut request = Request::new(ListContingentsRequest {
        parent: "missions/0".to_owned(),
        page_size: i32::try_from(ROWS).unwrap_or(i32::MAX),
        ..Default::default()
    });
    if let Some(limit) = limit {
        request.set_timeout(limit);
    }
    ContingentServiceClient::new(client).list_contingents(request).await.map(|_| ())
}

/// What became of the calls of a flood.
#[derive(Default)]
struct Flood {
    offered_per_second: f64,
    good_per_second: f64,
    good: Vec<Duration>,
    shed: Vec<Duration>,
    shed_with_advice: usize,
    late: usize,
    other: usize,
}

/// Sends calls off at a rate, however many answers are still to come.
async fn flood(clients: &[Authorized], plan: Plan, rate: f64) -> anyhow::Result<Flood> {
    let window = Duration::from_secs(plan.seconds);
    let begun = Instant::now();
    let mut calls = JoinSet::new();
    let mut flood = Flood::default();
    let mut sent = 0;
    while begun.elapsed() < window {
        while count(sent) < begun.elapsed().as_secs_f64() * rate {
            let client = clients[sent % clients.len()].clone();
            calls.spawn(async move {
                let asked = Instant::now();
                let answer = list(client, Some(DEADLINE)).await;
                (answer, asked.elapsed())
            });
            sent += 1;
        }
        while let Some(call) = calls.try_join_next() {
            let (answer, took) = call?;
            flood.count(answer, took);
        }
        tokio::time::sleep(TICK).await;
    }
    // Calls that were sent last are as many as those that were answered before there was a flood.
    flood.offered_per_second = count(sent) / window.as_secs_f64();
    while let Some(call) = calls.join_next().await {
        let (answer, took) = call?;
        flood.count(answer, took);
    }
    let end = begun.elapsed().as_secs_f64();
    flood.good_per_second = count(flood.good.len()) / end;
    Ok(flood)
}

impl Flood {
    fn count(&mut self, answer: Result<(), Status>, took: Duration) {
        match answer {
            Ok(()) if took <= DEADLINE => self.good.push(took),
            Err(status) if matches!(status.code(), Code::ResourceExhausted | Code::Unavailable) => {
                self.shed_with_advice += usize::from(status.get_details_retry_info().is_some());
                self.shed.push(took);
            }
            Ok(()) => self.late += 1,
            Err(status) if matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled) => {
                self.late += 1;
            }
            Err(_) => self.other += 1,
        }
    }

    fn print(&self, peaks: [f64; CALLERS.len()]) {
        let ms = |calls: &[Duration], of: usize| {
            let mut calls = calls.to_vec();
            calls.sort_unstable();
            percentile(&calls, of).as_secs_f64() * 1000.0
        };
        println!(
            "{CALLERS:?} callers {peaks:.0?}/s; offered {:.0}/s: good {:.0}/s (p50 {:.0} ms, p99 {:.0} ms), refused {} \
            (p50 {:.1} ms, p99 {:.1} ms, {} with RetryInfo), late {}, other {}",
            self.offered_per_second,
            self.good_per_second,
            ms(&self.good, 50),
            ms(&self.good, 99),
            self.shed.len(),
            ms(&self.shed, 50),
            ms(&self.shed, 99),
            self.shed_with_advice,
            self.late,
            self.other,
        );
    }
}
