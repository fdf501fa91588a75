//! Random histories of a mission, told late, out of order and with corrections: whatever moment is
//! asked for, both services answer with the same lines.

use fastrand::Rng;
use futures::future::join_all;
use muster_proto::{
    common::v1::{Quantity, Source},
    deployment::v1::{
        self as pb, HeadcountAccount as Account,
        contingent_service_client::ContingentServiceClient,
        mandate_service_client::MandateServiceClient, pledge_service_client::PledgeServiceClient,
        strength_claim_service_client::StrengthClaimServiceClient,
    },
    google::r#type::{Date, Interval},
};
use muster_service::token::HEADER;
use muster_tests::{World, at};
use time::{Duration, OffsetDateTime, macros::datetime};
use tonic::{Response, Status};

use super::Answers;

const START: OffsetDateTime = datetime!(2024-03-01 0:00 UTC);
const DAYS: i64 = 60;
const MISSIONS: u64 = 16;
const FACTS: usize = 24;

/// The accounts that a correction may move people between.
const ACCOUNTS: [Account; 5] =
    [Account::Outside, Account::Ready, Account::InTransit, Account::Present, Account::Medical];

#[tokio::test]
async fn both_services_agree_about_every_moment_of_any_history() {
    let world = World::start().await;
    let histories = join_all((0..MISSIONS).map(|seed| History::tell(&world, seed))).await;
    // Enough of what was made up is possible, so that there is something to agree about.
    let told: Vec<u64> = histories.iter().map(|history| history.told).collect();
    assert!(MISSIONS * 10 < told.iter().sum(), "{told:?}");
    // One after the other: few situations are read at once.
    for history in histories {
        history.ask(&world).await;
    }
}

/// A mission whose history was told.
struct History {
    rng: Rng,
    id: String,
    token: String,
    /// How many facts it has.
    told: u64,
}

impl History {
    async fn tell(world: &World, seed: u64) -> Self {
        let (mut rng, id) = (Rng::with_seed(seed), format!("r{seed}"));
        let mut token = world.load(&mission(&id)).await.consistency;
        // What is told later became known later, whenever it happened.
        let mut known: Vec<OffsetDateTime> = (0..FACTS).map(|_| moment(&mut rng)).collect();
        known.sort_unstable();
        let mut told = 0;
        for (number, known_at) in known.into_iter().enumerate() {
            if let Ok(next) = fact(world, &mut rng, &id, number, known_at).await {
                (token, told) = (next, told + 1);
            }
        }
        Self { rng, id, token, told }
    }

    /// Asks both services about moments of it.
    async fn ask(mut self, world: &World) {
        for _ in 0..6 {
            let as_of = self.rng.bool().then(|| moment(&mut self.rng));
            let asked = (&*self.id, &*self.token);
            Answers::of(world, asked, moment(&mut self.rng), as_of).await.agree();
        }
    }
}

fn moment(rng: &mut Rng) -> OffsetDateTime {
    START + Duration::minutes(rng.i64(-60..DAYS * 24 * 60))
}

fn day(at: OffsetDateTime) -> Date {
    let (month, day) = (u8::from(at.month()).into(), at.day().into());
    Date { year: at.year(), month, day }
}

/// Tells of something that may be impossible; answers with the token of the change.
async fn fact(
    world: &World,
    rng: &mut Rng,
    mission: &str,
    number: usize,
    known_at: OffsetDateTime,
) -> Result<String, Status> {
    let (parent, known_time) = (format!("missions/{mission}"), at(known_at));
    // Some of it happened long before it was known.
    let happened = known_at - Duration::minutes(rng.i64(0..20 * 24 * 60));
    let channel = || world.client.deployment.clone();
    let contingent = format!("{parent}/contingents/{}", ["a", "b"][rng.usize(..2)]);
    match rng.u8(..12) {
        0 => {
            let mandate = pb::Mandate {
                authority: "Council".into(),
                instrument: format!("Resolution {number}"),
                adoption_date: Some(day(happened)),
                validity: Some(Interval {
                    start_time: at(happened),
                    end_time: at(happened + Duration::days(rng.i64(1..40))),
                }),
                personnel_ceiling: rng.bool().then(|| rng.i32(300..900)),
                planned_strength: rng.bool().then(|| exactly(rng.i64(1..500))),
                ..Default::default()
            };
            let request = pb::CreateMandateRequest {
                parent,
                mandate_id: format!("m{number}"),
                mandate: Some(mandate),
                known_time,
                ..Default::default()
            };
            token(MandateServiceClient::new(channel()).create_mandate(request).await)
        }
        1 | 2 => {
            let pledge = pb::Pledge {
                partner: format!("{parent}/partners/{}", ["ken", "ben"][rng.usize(..2)]),
                size: rng.bool().then(|| exactly(rng.i64(1..500))),
                offer_date: Some(day(happened)),
                ..Default::default()
            };
            let request = pb::CreatePledgeRequest {
                parent,
                pledge_id: format!("p{}", rng.u8(..4)),
                pledge: Some(pledge),
                known_time,
                ..Default::default()
            };
            token(PledgeServiceClient::new(channel()).create_pledge(request).await)
        }
        3 => {
            let request = pb::WithdrawPledgeRequest {
                name: format!("{parent}/pledges/p{}", rng.u8(..4)),
                withdraw_date: Some(day(happened)),
                reason: "Changed its mind".into(),
                known_time,
                ..Default::default()
            };
            token(PledgeServiceClient::new(channel()).withdraw_pledge(request).await)
        }
        4 => {
            let subject = [String::new(), contingent, format!("{parent}/partners/ben")];
            let claim = pb::StrengthClaim {
                measure: pb::StrengthMeasure::Present.into(),
                quantity: Some(exactly(rng.i64(0..300))),
                as_of_date: Some(day(happened)),
                subject: subject[rng.usize(..3)].clone(),
                sources: vec![Source { publisher: "Press".into(), ..Default::default() }],
                ..Default::default()
            };
            let request = pb::CreateStrengthClaimRequest {
                parent,
                strength_claim_id: format!("c{number}"),
                strength_claim: Some(claim),
                known_time,
                ..Default::default()
            };
            let mut claims = StrengthClaimServiceClient::new(channel());
            token(claims.create_strength_claim(request).await)
        }
        _ => {
            let from = rng.usize(..ACCOUNTS.len() - 1);
            let (from, to) = if rng.u8(..4) == 0 { (from + 1, from) } else { (from, from + 1) };
            let request = pb::CorrectHeadcountRequest {
                name: contingent,
                effective_time: at(happened),
                note: "Counted again".into(),
                from_account: ACCOUNTS[from].into(),
                to_account: ACCOUNTS[to].into(),
                headcount: rng.i32(1..60),
                known_time,
                ..Default::default()
            };
            token(ContingentServiceClient::new(channel()).correct_headcount(request).await)
        }
    }
}

fn exactly(people: i64) -> Quantity {
    Quantity { at_least: Some(people), at_most: Some(people), ..Default::default() }
}

fn token<T>(answer: Result<Response<T>, Status>) -> Result<String, Status> {
    Ok(answer?.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned())
}

/// A mission with two contingents of two partners, all of it known before the history begins.
fn mission(id: &str) -> String {
    let known = "known_time = 2023-10-03T00:00:00Z";
    let partner = |id: &str| {
        format!(
            "[[partners]]\nid = \"{id}\"\n{known}\ndisplay_name = \"{id}\"\nroles = [\"CONTRIBUTOR\"]\n"
        )
    };
    let contingent = |id: &str, partner: &str| {
        format!(
            "[[contingents]]\nid = \"{id}\"\n{known}\ndisplay_name = \"{id}\"\n\
            partner = \"{partner}\"\nordinal = 1\ncategory = \"POLICE\"\nheadcount = 400\n\
            pledge_time = 2023-10-01T00:00:00Z\n"
        )
    };
    [
        format!(
            "[mission]\nid = \"{id}\"\n{known}\ndisplay_name = \"Made up\"\n\
            host_country_code = \"HTI\"\ntime_zone = \"America/Port-au-Prince\"\n"
        ),
        format!("[[areas]]\nid = \"HT\"\n{known}\ndisplay_name = \"Haiti\"\n"),
        partner("ken"),
        partner("ben"),
        format!(
            "[[mandates]]\nid = \"first\"\n{known}\nauthority = \"Council\"\n\
            instrument = \"Resolution\"\nadoption_date = 2023-10-02\n\
            validity = {{ start_time = 2023-10-02T00:00:00Z, end_time = 2025-10-02T00:00:00Z }}\n"
        ),
        contingent("a", "ken"),
        contingent("b", "ben"),
    ]
    .concat()
}
