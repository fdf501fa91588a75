//! Closed loops, percentiles, and paired rounds: ours and the baseline in turn, so that what
//! else happens on the machine meets both.

use std::time::Duration;

use tokio::{task::JoinSet, time::Instant};
use tonic::Status;

/// How long to measure.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Plan {
    /// How often ours and the baseline are measured in turn
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,

    /// Seconds of each measurement
    #[arg(long, default_value_t = 4)]
    pub seconds: u64,
}

impl Plan {
    /// How long a measurement counts.
    pub fn window(self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// How long a measurement runs before it counts.
pub const WARM_UP: Duration = Duration::from_secs(1);

/// What one measurement found.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Sample {
    /// Takes how long each call took, and how long all of them together.
    pub fn of(mut calls: Vec<Duration>, window: Duration) -> Self {
        calls.sort_unstable();
        let per_second = count(calls.len()) / window.as_secs_f64();
        Self { per_second, p50: percentile(&calls, 50), p99: percentile(&calls, 99) }
    }
}

/// The value that so many of a hundred are not above; zero of nothing.
pub fn percentile(sorted: &[Duration], of_hundred: usize) -> Duration {
    let place = (sorted.len() * of_hundred / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

/// Every caller calls again as soon as it has its answer. `call` is told which caller it is for
/// and how often that one called before; a call that fails ends the measurement.
pub async fn closed_loop<F, A>(callers: usize, plan: Plan, call: F) -> anyhow::Result<Sample>
where
    F: Fn(usize, usize) -> A + Clone + Send + 'static,
    A: Future<Output = Result<(), Status>> + Send,
{
    let begin = Instant::now() + WARM_UP;
    let window = plan.window();
    let mut loops = JoinSet::new();
    for caller in 0..callers {
        let call = call.clone();
        loops.spawn(async move {
            let mut took = Vec::new();
            for turn in 0.. {
                let asked = Instant::now();
                if begin + window <= asked {
                    break;
                }
                call(caller, turn).await?;
                if begin <= asked {
                    took.push(asked.elapsed());
                }
            }
            Ok::<_, Status>(took)
        });
    }
    let mut took = Vec::new();
    while let Some(calls) = loops.join_next().await {
        took.extend(calls??);
    }
    Ok(Sample::of(took, window))
}

/// Paired rounds of one benchmark.
pub struct Rounds {
    benchmark: &'static str,
    pairs: Vec<(Sample, Sample)>,
}

impl Rounds {
    pub fn new(benchmark: &'static str) -> Self {
        Self { benchmark, pairs: Vec::new() }
    }

    /// Takes what ours and then the baseline did in one round.
    pub fn add(&mut self, ours: Sample, baseline: Sample) {
        self.pairs.push((ours, baseline));
        let ratio = ours.per_second / baseline.per_second;
        println!("round {}: ratio {ratio:.2}", self.pairs.len());
        line("ours", &ours);
        line("baseline", &baseline);
    }

    /// Prints the medians of all rounds, and the ratio of the round in the middle.
    pub fn conclude(&self) {
        for (name, side) in [("ours", 0), ("baseline", 1)] {
            let of = |field: fn(&Sample) -> f64| {
                let pick = |(ours, baseline): &(Sample, Sample)| {
                    field(if side == 0 { ours } else { baseline })
                };
                median(self.pairs.iter().map(pick).collect())
            };
            line(
                &format!("median {name}"),
                &Sample {
                    per_second: of(|sample| sample.per_second),
                    p50: Duration::from_secs_f64(of(|sample| sample.p50.as_secs_f64())),
                    p99: Duration::from_secs_f64(of(|sample| sample.p99.as_secs_f64())),
                },
            );
        }
        let ratios =
            self.pairs.iter().map(|(ours, baseline)| ours.per_second / baseline.per_second);
        println!("{} ratio {:.2}", self.benchmark, median(ratios.collect()));
    }
}

/// The value in the middle; zero of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A count as a number to divide: those of a benchmark are small enough to be exact.
pub fn count(of: usize) -> f64 {
    u32::try_from(of).map_or(f64::INFINITY, f64::from)
}

fn line(name: &str, sample: &Sample) {
    let Sample { per_second, p50, p99 } = sample;
    let ms = |duration: &Duration| duration.as_secs_f64() * 1000.0;
    println!("  {name:15} {per_second:9.0}/s  p50 {:7.2} ms  p99 {:7.2} ms", ms(p50), ms(p99));
}
