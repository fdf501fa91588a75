//! How many people there are: by what was known at any moment, of days at the mission's place, and
//! alike in both services.

mod histories;

use std::collections::BTreeSet;

use muster_proto::{
    common::v1 as common,
    deployment::v1::{
        self as pb, StrengthMeasure, movement_service_client::MovementServiceClient,
        strength_service_client::StrengthServiceClient,
    },
    google::r#type::Date,
    reporting::v1::{
        self as reporting, situation_service_client::SituationServiceClient,
        timeline_service_client::TimelineServiceClient,
    },
};
use muster_tests::{READY, World, at, no_older_than};
use time::{OffsetDateTime, macros::datetime};

const HISTORY: &str = include_str!("history.toml");
const SECOND_FLIGHT_LANDED: OffsetDateTime = datetime!(2024-07-16 23:59 UTC);

/// What both services answer of a moment by what was known at another.
#[derive(Debug)]
struct Answers {
    strength: pb::Strength,
    situation: reporting::Situation,
}

/// A line as both services have it.
type Line = (i32, Option<common::Quantity>, Vec<String>, Vec<String>);

impl Answers {
    async fn of(
        world: &World,
        (mission, token): (&str, &str),
        valid_at: OffsetDateTime,
        as_of: Option<OffsetDateTime>,
    ) -> Self {
        let name = format!("missions/{mission}");
        let valid_time = at(valid_at);
        let as_of_time = as_of.and_then(at);
        let mut strength = StrengthServiceClient::new(world.client.deployment.clone());
        let request = pb::GetStrengthRequest {
            name: name.clone(),
            valid_time,
            as_of_time,
            ..Default::default()
        };
        let strength = strength.get_strength(request).await.unwrap().into_inner();
        let day = |year, month, day| Some(Date { year, month, day });
        let period = common::Period { start_date: day(2024, 1, 1), end_date: day(2024, 4, 1) };
        let mut situations = SituationServiceClient::new(world.client.reporting.clone());
        let request = reporting::GetSituationRequest {
            name,
            area_code: "HT".into(),
            period: Some(period),
            valid_time,
            as_of_time,
            ..Default::default()
        };
        let situation = situations.get_situation(no_older_than(request, token)).await;
        Self { strength, situation: situation.unwrap().into_inner() }
    }

    fn presence(&self) -> &reporting::MissionPresence {
        self.situation.presence.as_ref().unwrap()
    }

    /// Both services say the same.
    fn agree(&self) {
        let strength: Vec<Line> = (self.strength.lines.iter().cloned())
            .map(|line| (line.measure, line.quantity, line.records, line.records_without_number))
            .collect();
        let presence: Vec<Line> = (self.presence().lines.iter().cloned())
            .map(|line| (line.measure, line.quantity, line.records, line.records_without_number))
            .collect();
        assert_eq!(strength, presence);
        assert_eq!(self.strength.mandate, self.presence().mandate);
        assert_eq!(self.strength.nothing_known, self.presence().nothing_known);
        assert_eq!(self.disputed(), self.in_conflict());
    }

    /// The claims that cannot be true with the records or with another claim.
    fn disputed(&self) -> BTreeSet<&str> {
        let refutes = |one: &&pb::StrengthReconciliation| {
            let verdict = one.verdict();
            verdict == pb::ReconciliationVerdict::ClaimHigher
                || verdict == pb::ReconciliationVerdict::ClaimLower
                || !one.conflicting_claims.is_empty()
        };
        let disputed = self.strength.reconciliations.iter().filter(refutes);
        disputed.map(|one| one.claim.as_str()).collect()
    }

    /// The claims that the situation names in its conflicts.
    fn in_conflict(&self) -> BTreeSet<&str> {
        let conflicts = &self.situation.conflicts;
        assert_eq!(i64::try_from(conflicts.len()), Ok(self.situation.conflict_count));
        let records = conflicts.iter().flat_map(|conflict| &conflict.records);
        let records = records.map(|used| used.record.as_str());
        records.filter(|name| name.contains("/strengthClaims/")).collect()
    }

    /// At least how many of a measure, where anything is recorded of it; the same in both.
    fn people(&self, measure: StrengthMeasure) -> Option<i64> {
        self.agree();
        let line = self.strength.lines.iter().find(|line| line.measure() == measure)?;
        line.quantity.as_ref()?.at_least
    }
}

#[tokio::test]
async fn strength_is_that_of_what_was_known_by_then_however_late_it_was_typed() {
    let world = World::start().await;
    let token = world.load(HISTORY).await.consistency;
    let of = |as_of| Answers::of(&world, ("m", &token), SECOND_FLIGHT_LANDED, as_of);

    let known = of(Some(datetime!(2024-07-20 0:00 UTC))).await;
    assert_eq!(known.people(StrengthMeasure::Present), Some(400));
    assert_eq!(known.people(StrengthMeasure::Effective), Some(400));
    let before_it_was_told = of(Some(datetime!(2024-07-15 0:00 UTC))).await;
    assert_eq!(before_it_was_told.people(StrengthMeasure::Present), Some(200));

    // The mandate was known, of people nothing.
    let authorised = of(Some(datetime!(2023-12-01 0:00 UTC))).await;
    assert_eq!(authorised.people(StrengthMeasure::Present), None);
    assert!(!authorised.strength.nothing_known);
    let before_the_first_record = of(Some(datetime!(2023-10-01 0:00 UTC))).await;
    before_the_first_record.agree();
    assert!(before_the_first_record.strength.nothing_known);
    assert!(before_the_first_record.strength.lines.is_empty());

    // All of it was typed today.
    let mut strength = StrengthServiceClient::new(world.client.deployment.clone());
    let request = pb::GetStrengthRequest {
        name: "missions/m".into(),
        recorded_by_time: at(datetime!(2024-07-20 0:00 UTC)),
        ..Default::default()
    };
    assert!(strength.get_strength(request).await.unwrap().into_inner().nothing_known);
}

#[tokio::test]
async fn what_became_known_later_is_absent_from_an_earlier_moment_in_whatever_way_it_was_followed()
{
    let mut world = World::start().await;
    let token = world.load(HISTORY).await.consistency;
    later_facts(&world, &token).await;
    // Again by a follower that begins from a snapshot, with no change kept.
    world.kill_reporting();
    world.compact_deployment().await;
    world.forget_reporting().await;
    later_facts(&world, &token).await;
}

async fn later_facts(world: &World, token: &str) {
    let m = ("m", token);
    let july = Some(datetime!(2024-07-20 0:00 UTC));
    let then = Answers::of(world, m, SECOND_FLIGHT_LANDED, july).await;
    let now = Answers::of(world, m, SECOND_FLIGHT_LANDED, None).await;
    // A pledge that was withdrawn.
    assert_eq!(then.people(StrengthMeasure::Pledged), Some(3000));
    assert_eq!(now.people(StrengthMeasure::Pledged), Some(1000));
    // A claim.
    assert_eq!((then.strength.reconciliations.len(), then.situation.conflicts.len()), (0, 0));
    assert_eq!(now.strength.reconciliations[0].verdict(), pb::ReconciliationVerdict::ClaimHigher);
    assert_eq!(now.situation.conflicts.len(), 1);
    // A mandate for another year.
    let november = datetime!(2024-11-01 0:00 UTC);
    let then = Answers::of(world, m, november, july).await;
    let now = Answers::of(world, m, november, None).await;
    then.agree();
    now.agree();
    assert_eq!(then.strength.mandate, "");
    assert_eq!(now.strength.mandate, "missions/m/mandates/second");
}

#[tokio::test]
async fn a_day_ends_where_the_mission_is() {
    let world = World::start().await;
    let zoned = READY.replace(
        "host_country_code = \"HTI\"",
        "host_country_code = \"HTI\"\ntime_zone = \"America/Port-au-Prince\"",
    );
    let text = format!(
        r#"{zoned}
        window = {{ latest_arrival_date = 2024-06-24 }}
        steps = [
            {{ method = "DepartMovement", effective_time = 2024-06-24T08:00:00Z, headcount = 200 }},
            {{ method = "ArriveMovement", effective_time = 2024-06-24T22:30:00-04:00, headcount = 200 }},
        ]

        [[strength_claims]]
        id = "press"
        measure = "ARRIVED"
        quantity = "200"
        as_of_date = 2024-06-24
        subject = "movements/flight-1"
        sources = ["press"]
        "#
    );
    let token = world.load(&text).await.consistency;
    let mut movements = MovementServiceClient::new(world.client.deployment.clone());
    let get = pb::GetMovementRequest {
        name: "missions/m/movements/flight-1".into(),
        ..Default::default()
    };
    assert_eq!(movements.get_movement(get).await.unwrap().into_inner().slippage, None);

    // In UTC it is the next day already.
    let answers = Answers::of(&world, ("m", &token), datetime!(2024-06-25 2:30 UTC), None).await;
    answers.agree();
    let reconciliation = &answers.strength.reconciliations[0];
    assert_eq!(reconciliation.verdict(), pb::ReconciliationVerdict::Agrees);
    assert!(answers.situation.conflicts.is_empty());
    assert_eq!(answers.situation.time_zone, "America/Port-au-Prince");

    let mut timeline = TimelineServiceClient::new(world.client.reporting.clone());
    let list =
        reporting::ListTimelineEventsRequest { parent: "missions/m".into(), ..Default::default() };
    let events = timeline.list_timeline_events(list).await.unwrap().into_inner().timeline_events;
    let arrival = events.iter().find(|event| event.title.contains("arrive at")).unwrap();
    assert_eq!(arrival.event_date, Some(Date { year: 2024, month: 6, day: 24 }));
}

#[tokio::test]
async fn about_a_number_is_compared_as_it_is_read_and_the_answer_says_how() {
    let world = World::start().await;
    let claim = |id: &str, quantity: &str, day: &str| {
        format!(
            r#"
            [[strength_claims]]
            id = "{id}"
            measure = "ARRIVED"
            quantity = "{quantity}"
            as_of_date = {day}
            subject = "movements/flight-1"
            sources = ["press"]
            "#
        )
    };
    let text = format!(
        r#"{READY}
        steps = [
            {{ method = "DepartMovement", effective_time = 2024-06-24T20:00:00Z, headcount = 200 }},
            {{ method = "ArriveMovement", effective_time = 2024-06-25T15:00:00Z, headcount = 200 }},
        ]
        {}{}"#,
        claim("chief", "about 200", "2024-06-26"),
        claim("press", "about 800", "2024-06-25"),
    );
    let token = world.load(&text).await.consistency;
    let answers = Answers::of(&world, ("m", &token), datetime!(2024-06-27 0:00 UTC), None).await;
    answers.agree();
    let found: Vec<_> = (answers.strength.reconciliations.iter())
        .map(|one| {
            let reading = one.claimed_reading.as_ref().unwrap();
            (one.verdict(), reading.at_least, reading.at_most, one.recorded_reading.is_some())
        })
        .collect();
    let agrees = (pb::ReconciliationVerdict::Agrees, Some(150), Some(249), false);
    let higher = (pb::ReconciliationVerdict::ClaimHigher, Some(750), Some(849), false);
    assert_eq!(found, [agrees, higher]);
    let [conflict] = &answers.situation.conflicts[..] else { panic!("{answers:?}") };
    let said = "about 800 (“about” read as 750 to 849) (Press) and 200 (the ledger)";
    assert!(conflict.summary.contains(said), "{}", conflict.summary);
    assert_eq!(conflict.records[0].record, "missions/m/strengthClaims/press");
}
