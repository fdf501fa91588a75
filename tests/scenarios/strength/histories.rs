//! Random histories of a mission, told late, out of order and with corrections: whatever moment is
//! asked for, both services answer with the same lines.

mod facts;

use std::collections::BTreeMap;

use fastrand::Rng;
use futures::future::join_all;
use muster_tests::World;
use time::{Duration, OffsetDateTime, macros::datetime};

use self::facts::{KINDS, Teller};
use super::Answers;

const START: OffsetDateTime = datetime!(2024-03-01 0:00 UTC);
const DAYS: i64 = 60;
const MISSIONS: u64 = 16;
const FACTS: usize = 60;

#[tokio::test]
async fn both_services_agree_about_every_moment_of_any_history() {
    let world = World::start().await;
    let histories = join_all((0..MISSIONS).map(|seed| History::tell(&world, seed))).await;
    // Enough of what was made up is possible, so that there is something to agree about.
    let mut told: BTreeMap<&str, u64> = KINDS.iter().map(|kind| (*kind, 0)).collect();
    for kind in histories.iter().flat_map(|history| &history.told) {
        *told.entry(kind).or_default() += 1;
    }
    assert!(told.values().all(|times| 0 < *times), "{told:?}");
    assert!(MISSIONS * 20 < told.values().sum(), "{told:?}");
    // One after the other: few situations are read at once.
    let mut disputed = 0;
    for history in histories {
        disputed += history.ask(&world).await;
    }
    assert!(0 < disputed);
}

/// A mission whose history was told.
struct History {
    seed: u64,
    rng: Rng,
    id: String,
    token: String,
    /// What was told, by its kind.
    told: Vec<&'static str>,
}

impl History {
    async fn tell(world: &World, seed: u64) -> Self {
        let (mut rng, id) = (Rng::with_seed(seed), format!("r{seed}"));
        let mut token = world.load(&mission(&id)).await.consistency;
        // What is told later became known later, whenever it happened.
        let mut known: Vec<OffsetDateTime> = (0..FACTS).map(|_| moment(&mut rng)).collect();
        known.sort_unstable();
        let mut told = Vec::new();
        for (number, known_at) in known.into_iter().enumerate() {
            let kind = KINDS[rng.usize(..KINDS.len())];
            let mut teller = Teller { world, rng: &mut rng, mission: &id, number, known_at };
            if let Ok(next) = teller.tell(kind).await {
                token = next;
                told.push(kind);
            }
        }
        Self { seed, rng, id, token, told }
    }

    /// Asks both services about moments of it; answers how many claims are disputed at them.
    async fn ask(mut self, world: &World) -> usize {
        let mut disputed = 0;
        for _ in 0..6 {
            let as_of = self.rng.bool().then(|| moment(&mut self.rng));
            let asked = (&*self.id, &*self.token);
            let valid_at = moment(&mut self.rng);
            println!("seed {}: at {valid_at}, as of {as_of:?}", self.seed);
            let answers = Answers::of(world, asked, valid_at, as_of).await;
            answers.agree();
            disputed += answers.disputed().len();
        }
        disputed
    }
}

fn moment(rng: &mut Rng) -> OffsetDateTime {
    START + Duration::minutes(rng.i64(-60..DAYS * 24 * 60))
}

/// When everything became known that a mission begins with.
const KNOWN: &str = "known_time = 2023-10-20T00:00:00Z";

/// A mission with two contingents of two partners, of which the first is ready to leave; all of it
/// known before the history begins.
fn mission(id: &str) -> String {
    let partner = |id: &str| {
        format!(
            "[[partners]]\nid = \"{id}\"\n{KNOWN}\ndisplay_name = \"{id}\"\nroles = [\"CONTRIBUTOR\"]\n"
        )
    };
    let contingent = |id: &str, partner: &str| {
        format!(
            "[[contingents]]\nid = \"{id}\"\n{KNOWN}\ndisplay_name = \"{id}\"\n\
            partner = \"{partner}\"\nordinal = 1\ncategory = \"POLICE\"\nheadcount = 400\n\
            pledge_time = 2023-10-01T00:00:00Z\n"
        )
    };
    let movement = |id: &str, direction: &str| {
        format!(
            "[[movements]]\nid = \"{id}\"\n{KNOWN}\ncontingent = \"a\"\ndirection = \"{direction}\"\n\
            planned_headcount = 100\n\
            origin = {{ display_name = \"There\" }}\n\
            destination = {{ display_name = \"Here\", area_code = \"HT\" }}\n"
        )
    };
    let states = ["CONFIRMED", "TRAINING", "TRAINED", "VETTED", "BRIEFED", "READY"];
    let steps = (2..).zip(states).map(|(day, state)| {
        format!(
            "{{ method = \"AdvanceContingent\", state = \"{state}\", \
            effective_time = 2023-10-{day:02}T00:00:00Z, {KNOWN} }}, "
        )
    });
    [
        format!(
            "[mission]\nid = \"{id}\"\n{KNOWN}\ndisplay_name = \"Made up\"\n\
            host_country_code = \"HTI\"\ntime_zone = \"America/Port-au-Prince\"\n\
            readiness_requirements = [{{ state = \"DEPLOYING\", check_type = \"MEDICAL\" }}]\n"
        ),
        format!("[[areas]]\nid = \"HT\"\n{KNOWN}\ndisplay_name = \"Haiti\"\n"),
        partner("ken"),
        partner("ben"),
        format!(
            "[[mandates]]\nid = \"first\"\n{KNOWN}\nauthority = \"Council\"\n\
            instrument = \"Resolution\"\nadoption_date = 2023-10-02\n\
            validity = {{ start_time = 2023-10-02T00:00:00Z, end_time = 2025-10-02T00:00:00Z }}\n"
        ),
        contingent("a", "ken"),
        format!("steps = [{}]\n", steps.collect::<String>()),
        format!(
            "readiness_checks = [{{ id = \"medical\", type = \"MEDICAL\", result = \"PASSED\", \
            check_time = 2023-10-07T00:00:00Z, {KNOWN} }}]\n"
        ),
        contingent("b", "ben"),
        movement("f0", "DEPLOYMENT"),
        movement("f1", "DEPLOYMENT"),
        movement("f2", "DEPLOYMENT"),
        movement("home", "REPATRIATION"),
    ]
    .concat()
}
