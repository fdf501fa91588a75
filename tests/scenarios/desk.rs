//! Incidents, assessments, events and the order of a report's states.

use muster_proto::{
    common::v1::{Quantity, Source},
    google::r#type::Date,
    reporting::v1::{
        self as pb, VerificationState, area_control_service_client::AreaControlServiceClient,
        incident_service_client::IncidentServiceClient, link_service_client::LinkServiceClient,
        timeline_service_client::TimelineServiceClient,
    },
};
use muster_tests::{World, field_violations, no_older_than, reason};

fn press() -> Source {
    Source { publisher: "Press".into(), ..Source::default() }
}

const DAY: Date = Date { year: 2024, month: 3, day: 2 };

async fn informed() -> World {
    let world = World::start().await;
    let token = world.ready_mission().await.consistency;
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    let get = pb::GetLinkStatusRequest { name: "missions/m".into() };
    link.get_link_status(no_older_than(get, &token)).await.unwrap();
    world
}

fn prison_break(area_code: &str) -> pb::CreateIncidentRequest {
    pb::CreateIncidentRequest {
        parent: "missions/m".into(),
        incident_id: "prison-break".into(),
        incident: Some(pb::Incident {
            r#type: pb::IncidentType::PrisonBreak.into(),
            occur_date: Some(DAY),
            area_code: area_code.into(),
            narrative: "Thousands of detainees escape.".into(),
            language_code: "en".into(),
            sources: vec![press()],
            ..pb::Incident::default()
        }),
        request_id: String::new(),
        ..Default::default()
    }
}

#[tokio::test]
async fn an_incident_begins_unverified_and_can_be_looked_into_again() {
    let world = informed().await;
    let mut incidents = IncidentServiceClient::new(world.client.reporting.clone());
    let made = incidents.create_incident(prison_break("HT0111")).await.unwrap().into_inner();
    assert_eq!(made.verification_state(), VerificationState::Unverified);
    let look = |state: VerificationState| pb::VerifyIncidentRequest {
        name: made.name.clone(),
        verification_state: state.into(),
        note: "two sources".into(),
        ..pb::VerifyIncidentRequest::default()
    };
    for state in [VerificationState::Unverifiable, VerificationState::Verified] {
        let found = incidents.verify_incident(look(state)).await.unwrap().into_inner();
        assert_eq!((found.verification_state(), found.verify_time.is_some()), (state, true));
    }
    let refused = incidents.verify_incident(look(VerificationState::Unverified)).await;
    assert_eq!(field_violations(&refused.unwrap_err()), ["verification_state"]);
}

#[tokio::test]
async fn an_incident_of_an_unknown_area_is_refused_and_nothing_is_kept() {
    let world = informed().await;
    let mut incidents = IncidentServiceClient::new(world.client.reporting.clone());
    let refused = incidents.create_incident(prison_break("HT0999")).await.unwrap_err();
    assert_eq!(reason(&refused), "REFERENCE_UNKNOWN");
    incidents.create_incident(prison_break("HT0111")).await.unwrap();
}

#[tokio::test]
async fn nobody_controls_more_than_the_whole_of_an_area() {
    let world = informed().await;
    let mut control = AreaControlServiceClient::new(world.client.reporting.clone());
    let assess = |at_most: i64| pb::CreateAreaControlAssessmentRequest {
        parent: "missions/m".into(),
        area_control_assessment_id: "most".into(),
        area_control_assessment: Some(pb::AreaControlAssessment {
            area_code: "HT0111".into(),
            controller: "gangs".into(),
            controller_kind: pb::ControllerKind::ArmedGroup.into(),
            share_percent: Some(Quantity {
                at_least: Some(51),
                at_most: Some(at_most),
                as_written: "most of".into(),
                ..Quantity::default()
            }),
            assess_date: Some(DAY),
            source: Some(press()),
            ..pb::AreaControlAssessment::default()
        }),
        request_id: String::new(),
        ..Default::default()
    };
    let refused = control.create_area_control_assessment(assess(101)).await.unwrap_err();
    let fields = field_violations(&refused);
    assert!(fields[0].starts_with("area_control_assessment.share_percent"), "{fields:?}");
    control.create_area_control_assessment(assess(100)).await.unwrap();
}

#[tokio::test]
async fn steps_of_the_mission_are_told_by_its_feed_alone() {
    let world = informed().await;
    let mut timeline = TimelineServiceClient::new(world.client.reporting.clone());
    let tell = |kind: pb::TimelineEventKind| pb::CreateTimelineEventRequest {
        parent: "missions/m".into(),
        timeline_event_id: "event".into(),
        timeline_event: Some(pb::TimelineEvent {
            kind: kind.into(),
            title: "Something happens".into(),
            event_date: Some(DAY),
            ..pb::TimelineEvent::default()
        }),
        request_id: String::new(),
        ..Default::default()
    };
    let refused = timeline.create_timeline_event(tell(pb::TimelineEventKind::Mission)).await;
    assert_eq!(field_violations(&refused.unwrap_err()), ["timeline_event.kind"]);
    timeline.create_timeline_event(tell(pb::TimelineEventKind::Security)).await.unwrap();
}
