//! Facts of a mission that are made up. Some of them are impossible, and refused.

use fastrand::Rng;
use muster_proto::{
    common::v1::{Quantity, Source},
    deployment::v1::{
        self as pb, HeadcountAccount as Account, StrengthMeasure as Measure,
        contingent_service_client::ContingentServiceClient,
        contingent_step_service_client::ContingentStepServiceClient,
        mandate_service_client::MandateServiceClient,
        movement_service_client::MovementServiceClient, pledge_service_client::PledgeServiceClient,
        readiness_check_service_client::ReadinessCheckServiceClient,
        strength_claim_service_client::StrengthClaimServiceClient,
    },
    google::r#type::{Date, Interval},
};
use muster_service::token::HEADER;
use muster_tests::{World, at};
use prost_types::Timestamp;
use time::{Duration, OffsetDateTime, macros::datetime};
use tonic::{Response, Status};

/// What may be told; what stands here more often is told more often.
pub const KINDS: [&str; 26] = [
    "mandate",
    "pledge",
    "pledge",
    "withdrawn pledge",
    "claim",
    "claim",
    "claim",
    "corrected claim",
    "deleted claim",
    "corrected headcount",
    "corrected headcount",
    "corrected headcount",
    "corrected headcount",
    "departure",
    "departure",
    "departure",
    "arrival",
    "arrival",
    "arrival",
    "arrival",
    "corrected arrival",
    "corrected arrival",
    "corrected arrival",
    "corrected step",
    "corrected check",
    "check made again",
];

/// The accounts that a correction may move people between.
const ACCOUNTS: [Account; 5] =
    [Account::Outside, Account::Ready, Account::InTransit, Account::Present, Account::Medical];

/// Of how many people claims, and of whom.
const MEASURES: [Measure; 4] =
    [Measure::Present, Measure::Present, Measure::Authorised, Measure::Arrived];

type Told = Result<String, Status>;

/// Who tells a fact of a mission.
pub struct Teller<'t> {
    pub world: &'t World,
    pub rng: &'t mut Rng,
    /// The id of the mission.
    pub mission: &'t str,
    /// How many facts were told before.
    pub number: usize,
    pub known_at: OffsetDateTime,
}

impl Teller<'_> {
    /// Tells of something that may be impossible; answers with the token of the change.
    pub async fn tell(&mut self, kind: &str) -> Told {
        match kind {
            "mandate" => self.mandate().await,
            "pledge" => self.pledge().await,
            "withdrawn pledge" => self.withdrawn_pledge().await,
            "claim" => self.claim().await,
            "corrected claim" => self.corrected_claim().await,
            "deleted claim" => self.deleted_claim().await,
            "corrected headcount" => self.corrected_headcount().await,
            "departure" => self.departure().await,
            "arrival" => self.arrival().await,
            "corrected arrival" => self.corrected_arrival().await,
            "corrected step" => self.corrected_step().await,
            "corrected check" => self.check(1).await,
            "check made again" => self.check(0).await,
            other => unreachable!("{other} is nothing that is told"),
        }
    }

    fn parent(&self) -> String {
        format!("missions/{}", self.mission)
    }

    fn known_time(&self) -> Option<Timestamp> {
        at(self.known_at)
    }

    /// Some of it happened long before it was known.
    fn happened(&mut self) -> OffsetDateTime {
        self.known_at - Duration::minutes(self.rng.i64(0..20 * 24 * 60))
    }

    /// Of movements it is known within days.
    fn travelled(&mut self) -> OffsetDateTime {
        self.known_at - Duration::minutes(self.rng.i64(0..4 * 24 * 60))
    }

    fn contingent(&mut self) -> String {
        format!("{}/contingents/{}", self.parent(), ["a", "b"][self.rng.usize(..2)])
    }

    fn movement(&mut self) -> String {
        let id = ["f0", "f1", "f2", "home"][self.rng.usize(..4)];
        format!("{}/movements/{id}", self.parent())
    }

    async fn mandate(&mut self) -> Told {
        let happened = self.happened();
        let mandate = pb::Mandate {
            authority: "Council".into(),
            instrument: format!("Resolution {}", self.number),
            adoption_date: Some(day(happened)),
            validity: Some(Interval {
                start_time: at(happened),
                end_time: at(happened + Duration::days(self.rng.i64(1..40))),
            }),
            personnel_ceiling: self.rng.bool().then(|| self.rng.i32(300..900)),
            planned_strength: self.rng.bool().then(|| exactly(self.rng.i64(1..500))),
            ..Default::default()
        };
        let request = pb::CreateMandateRequest {
            parent: self.parent(),
            mandate_id: format!("m{}", self.number),
            mandate: Some(mandate),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut mandates = MandateServiceClient::new(self.world.client.deployment.clone());
        token(mandates.create_mandate(request).await)
    }

    async fn pledge(&mut self) -> Told {
        let happened = self.happened();
        let pledge = pb::Pledge {
            partner: format!("{}/partners/{}", self.parent(), ["ken", "ben"][self.rng.usize(..2)]),
            size: self.rng.bool().then(|| exactly(self.rng.i64(1..500))),
            offer_date: Some(day(happened)),
            ..Default::default()
        };
        let request = pb::CreatePledgeRequest {
            parent: self.parent(),
            pledge_id: format!("p{}", self.rng.u8(..4)),
            pledge: Some(pledge),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut pledges = PledgeServiceClient::new(self.world.client.deployment.clone());
        token(pledges.create_pledge(request).await)
    }

    async fn withdrawn_pledge(&mut self) -> Told {
        let request = pb::WithdrawPledgeRequest {
            name: format!("{}/pledges/p{}", self.parent(), self.rng.u8(..4)),
            withdraw_date: Some(day(self.happened())),
            reason: "Changed its mind".into(),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut pledges = PledgeServiceClient::new(self.world.client.deployment.clone());
        token(pledges.withdraw_pledge(request).await)
    }

    async fn claim(&mut self) -> Told {
        let measure = MEASURES[self.rng.usize(..MEASURES.len())];
        let subjects = [
            String::new(),
            self.contingent(),
            format!("{}/partners/ben", self.parent()),
            self.movement(),
        ];
        let claim = pb::StrengthClaim {
            measure: measure.into(),
            quantity: Some(exactly(self.rng.i64(0..300))),
            as_of_date: Some(day(self.happened())),
            subject: subjects[self.rng.usize(..subjects.len())].clone(),
            sources: vec![Source { publisher: "Press".into(), ..Default::default() }],
            ..Default::default()
        };
        let request = pb::CreateStrengthClaimRequest {
            parent: self.parent(),
            strength_claim_id: format!("c{}", self.rng.u8(..12)),
            strength_claim: Some(claim),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut claims = StrengthClaimServiceClient::new(self.world.client.deployment.clone());
        token(claims.create_strength_claim(request).await)
    }

    /// A claim whose number was mistyped: the right one holds since the wrong one did.
    async fn corrected_claim(&mut self) -> Told {
        let claim = pb::StrengthClaim {
            name: format!("{}/strengthClaims/c{}", self.parent(), self.rng.u8(..12)),
            quantity: Some(exactly(self.rng.i64(0..300))),
            ..Default::default()
        };
        let request = pb::UpdateStrengthClaimRequest {
            strength_claim: Some(claim),
            corrects_revision: self.rng.i64(1..3),
            reason: "Mistyped".into(),
            ..Default::default()
        };
        let mut claims = StrengthClaimServiceClient::new(self.world.client.deployment.clone());
        token(claims.update_strength_claim(request).await)
    }

    async fn deleted_claim(&mut self) -> Told {
        let request = pb::DeleteStrengthClaimRequest {
            name: format!("{}/strengthClaims/c{}", self.parent(), self.rng.u8(..12)),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut claims = StrengthClaimServiceClient::new(self.world.client.deployment.clone());
        token(claims.delete_strength_claim(request).await)
    }

    async fn corrected_headcount(&mut self) -> Told {
        let from = self.rng.usize(..ACCOUNTS.len() - 1);
        let (from, to) = if self.rng.u8(..4) == 0 { (from + 1, from) } else { (from, from + 1) };
        let request = pb::CorrectHeadcountRequest {
            name: self.contingent(),
            effective_time: at(self.happened()),
            note: "Counted again".into(),
            from_account: ACCOUNTS[from].into(),
            to_account: ACCOUNTS[to].into(),
            headcount: self.rng.i32(1..60),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut contingents = ContingentServiceClient::new(self.world.client.deployment.clone());
        token(contingents.correct_headcount(request).await)
    }

    async fn departure(&mut self) -> Told {
        let request = pb::DepartMovementRequest {
            name: self.movement(),
            effective_time: at(self.travelled()),
            headcount: self.rng.i32(1..150),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut movements = MovementServiceClient::new(self.world.client.deployment.clone());
        token(movements.depart_movement(request).await)
    }

    async fn arrival(&mut self) -> Told {
        let request = pb::ArriveMovementRequest {
            name: self.movement(),
            effective_time: at(self.travelled()),
            headcount: self.rng.i32(1..100),
            known_time: self.known_time(),
            ..Default::default()
        };
        let mut movements = MovementServiceClient::new(self.world.client.deployment.clone());
        token(movements.arrive_movement(request).await)
    }

    /// An arrival whose time was mistyped.
    async fn corrected_arrival(&mut self) -> Told {
        let arrival = pb::Arrival {
            name: format!("{}/arrivals/000001", self.movement()),
            arrival_time: at(self.travelled()),
            ..Default::default()
        };
        let request = pb::UpdateArrivalRequest {
            arrival: Some(arrival),
            corrects_revision: self.rng.i64(1..3),
            reason: "Mistyped".into(),
            ..Default::default()
        };
        let mut movements = MovementServiceClient::new(self.world.client.deployment.clone());
        token(movements.update_arrival(request).await)
    }

    /// A step whose time was mistyped: one of those with which the mission begins, each of which
    /// is a day after the one before.
    async fn corrected_step(&mut self) -> Told {
        let (number, hours) = (self.rng.i64(1..7), self.rng.i64(-23..24));
        let taken = datetime!(2023-10-01 0:00 UTC) + Duration::days(number);
        let step = pb::ContingentStep {
            name: format!("{}/contingents/a/steps/{number:06}", self.parent()),
            effective_time: at(taken + Duration::hours(hours)),
            ..Default::default()
        };
        let request = pb::UpdateContingentStepRequest {
            contingent_step: Some(step),
            corrects_revision: 1,
            reason: "Mistyped".into(),
            ..Default::default()
        };
        let mut steps = ContingentStepServiceClient::new(self.world.client.deployment.clone());
        token(steps.update_contingent_step(request).await)
    }

    /// The check without which nobody leaves: when it was made was mistyped, in revision `of`, or
    /// it is made again and failed or passed.
    async fn check(&mut self, of: i64) -> Told {
        use pb::ReadinessCheckResult as Verdict;
        let result =
            if of == 0 && self.rng.u8(..4) == 0 { Verdict::Failed } else { Verdict::Passed };
        let check = pb::ReadinessCheck {
            name: format!("{}/contingents/a/readinessChecks/medical", self.parent()),
            result: result.into(),
            check_time: at(self.happened()),
            ..Default::default()
        };
        let request = pb::UpdateReadinessCheckRequest {
            readiness_check: Some(check),
            known_time: if of == 0 { self.known_time() } else { None },
            corrects_revision: of,
            reason: "Looked at again".into(),
            ..Default::default()
        };
        let mut checks = ReadinessCheckServiceClient::new(self.world.client.deployment.clone());
        token(checks.update_readiness_check(request).await)
    }
}

fn day(at: OffsetDateTime) -> Date {
    let (month, day) = (u8::from(at.month()).into(), at.day().into());
    Date { year: at.year(), month, day }
}

fn exactly(people: i64) -> Quantity {
    Quantity { at_least: Some(people), at_most: Some(people), ..Default::default() }
}

fn token<T>(answer: Result<Response<T>, Status>) -> Told {
    Ok(answer?.metadata().get(HEADER).unwrap().to_str().unwrap().to_owned())
}
