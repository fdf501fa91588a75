//! How incidents change: by updates, looks and corrections.

use muster_proto::{
    common::v1::ListRevisionsRequest,
    reporting::v1::{
        Harm, Incident, IncidentType, VerificationState,
        history_service_client::HistoryServiceClient,
        incident_service_client::IncidentServiceClient,
    },
};
use prost::Message;
use prost_types::Timestamp;

use super::*;

const JULY: time::OffsetDateTime = datetime!(2024-07-01 0:00 UTC);
const RAID: &str = "missions/m/incidents/raid";

fn harmed(harm: Harm, quantity: &str) -> pb::CasualtyCount {
    pb::CasualtyCount { harm: harm.into(), quantity: Some(words(quantity)), ..Default::default() }
}

fn killed(quantity: &str) -> Incident {
    Incident { casualties: vec![harmed(Harm::Killed, quantity)], ..Incident::default() }
}

fn told(narrative: &str) -> Incident {
    Incident { narrative: narrative.into(), ..Incident::default() }
}

/// An update of the fields that `paths` names, to those of the incident.
fn update(incident: Incident, paths: &[&str]) -> pb::UpdateIncidentRequest {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    pb::UpdateIncidentRequest {
        incident: Some(Incident { name: RAID.into(), ..incident }),
        update_mask: Some(FieldMask { paths }),
        reason: "more is known".into(),
        ..Default::default()
    }
}

fn correction(of: i64, incident: Incident, paths: &[&str]) -> pb::UpdateIncidentRequest {
    pb::UpdateIncidentRequest { corrects_revision: of, ..update(incident, paths) }
}

impl Desk {
    fn incidents(&self) -> IncidentServiceClient<muster::client::Authorized> {
        IncidentServiceClient::new(self.world.client.reporting.clone())
    }

    /// A raid in which seven people were killed.
    async fn raid(&self) -> Incident {
        let incident = Incident {
            r#type: IncidentType::Killing.into(),
            occur_date: Some(date(2024, 2, 29)),
            area_code: "HT01".into(),
            place_name: "the market".into(),
            actors: vec!["a gang".into()],
            narrative: "Seven people were killed.".into(),
            language_code: "en".into(),
            sources: vec![Source { publisher: "Press".into(), ..Source::default() }],
            ..killed("7")
        };
        let request = pb::CreateIncidentRequest {
            parent: "missions/m".into(),
            incident_id: "raid".into(),
            incident: Some(incident),
            ..Default::default()
        };
        let request = no_older_than(request, &self.token);
        self.incidents().create_incident(request).await.unwrap().into_inner()
    }

    async fn change(&self, request: pb::UpdateIncidentRequest) -> Result<Incident, tonic::Status> {
        Ok(self.incidents().update_incident(request).await?.into_inner())
    }

    async fn verify(&self) -> Incident {
        let request = pb::VerifyIncidentRequest {
            name: RAID.into(),
            verification_state: VerificationState::Verified.into(),
            note: "two sources".into(),
            ..Default::default()
        };
        self.incidents().verify_incident(request).await.unwrap().into_inner()
    }

    async fn found(&self, as_of_time: Option<Timestamp>) -> Incident {
        let name = RAID.to_owned();
        let request = pb::GetIncidentRequest { name, as_of_time, ..Default::default() };
        self.incidents().get_incident(request).await.unwrap().into_inner()
    }

    /// Every revision of the raid with the reason of each, oldest first.
    async fn revisions_of_the_raid(&self) -> Vec<(Incident, String)> {
        let mut history = HistoryServiceClient::new(self.world.client.reporting.clone());
        let request = ListRevisionsRequest { name: RAID.into(), ..Default::default() };
        let told = history.list_revisions(request).await.unwrap().into_inner().revisions;
        let read = |any: prost_types::Any| Incident::decode(any.value.as_slice()).unwrap();
        told.into_iter().map(|told| (read(told.resource.unwrap()), told.reason)).collect()
    }

    /// How many were killed in incidents, and in verified ones, as a situation counts them.
    async fn counted(&self, as_of_time: Option<Timestamp>) -> (Option<i64>, Option<i64>) {
        let situation = self.situation(as_of_time).await;
        let tally = situation.casualties.iter().find(|tally| tally.harm() == Harm::Killed);
        let least = |quantity: &Option<Quantity>| quantity.as_ref().and_then(|it| it.at_least);
        tally.map(|tally| (least(&tally.quantity), least(&tally.verified_quantity))).unwrap()
    }
}

fn deaths(incident: &Incident) -> &str {
    &incident.casualties[0].quantity.as_ref().unwrap().as_written
}

#[tokio::test]
async fn an_update_of_an_incident_sets_what_its_mask_names_and_keeps_the_rest() {
    let desk = Desk::open(Clock::System).await;
    let made = desk.raid().await;
    let other = Incident { place_name: "is not in the mask".into(), ..told("At dawn.") };
    let updated = desk.change(update(other, &["narrative"])).await.unwrap();
    let Incident { etag, update_time, .. } = updated.clone();
    assert_eq!(updated, Incident { narrative: "At dawn.".into(), etag, update_time, ..made });
    assert_eq!(desk.found(None).await, updated);
    assert_eq!(desk.revisions_of_the_raid().await[1].1, "more is known");
    let without = pb::UpdateIncidentRequest { reason: String::new(), ..update(killed("8"), &[]) };
    assert_eq!(field_violations(&desk.change(without).await.unwrap_err()), ["reason"]);
}

#[tokio::test]
async fn an_update_that_makes_no_incident_is_refused_by_its_field_and_changes_nothing() {
    let desk = Desk::open(Clock::System).await;
    let made = desk.raid().await;
    let refused = async |incident: Incident, path: &str| {
        field_violations(&desk.change(update(incident, &[path])).await.unwrap_err())
    };
    let suffered = |casualties| Incident { casualties, ..Incident::default() };
    let injured = suffered(vec![harmed(Harm::Injured, "3")]);
    assert_eq!(refused(injured, "casualties").await, ["incident.casualties"]);
    let twice = suffered(vec![harmed(Harm::Killed, "3"), harmed(Harm::Killed, "4")]);
    assert_eq!(refused(twice, "casualties").await, ["incident.casualties[1]"]);
    let unread = suffered(vec![harmed(Harm::Killed, "a lot of")]);
    let violations = refused(unread, "casualties").await;
    assert_eq!(violations, ["incident.casualties[0].quantity.as_written"]);
    let kidnapping = Incident { r#type: IncidentType::Kidnapping.into(), ..Incident::default() };
    assert_eq!(refused(kidnapping, "type").await, ["incident.casualties"]);
    assert_eq!(refused(Incident::default(), "narrative").await, ["incident.narrative"]);
    assert_eq!(refused(Incident::default(), "verification_state").await, ["update_mask"]);
    let elsewhere = Incident { area_code: "HT0999".into(), ..Incident::default() };
    let refused = desk.change(update(elsewhere, &["area_code"])).await.unwrap_err();
    assert_eq!(reason(&refused), "REFERENCE_UNKNOWN");
    assert_eq!(desk.found(None).await, made);
    assert_eq!(desk.revisions_of_the_raid().await.len(), 1);
}

#[tokio::test]
async fn an_update_that_was_decided_on_an_older_incident_is_refused() {
    let desk = Desk::open(Clock::System).await;
    let made = desk.raid().await;
    desk.change(update(told("At dawn."), &["narrative"])).await.unwrap();
    let older =
        pb::UpdateIncidentRequest { etag: made.etag, ..update(killed("8"), &["casualties"]) };
    assert_eq!(reason(&desk.change(older).await.unwrap_err()), "ETAG_MISMATCH");
    assert_eq!(deaths(&desk.found(None).await), "7");
}

#[tokio::test]
async fn another_count_takes_the_verification_back_and_a_situation_counts_it() {
    let desk = Desk::open(Clock::System).await;
    desk.raid().await;
    desk.verify().await;
    assert_eq!(desk.counted(None).await, (Some(7), Some(7)));
    let updated = desk.change(update(killed("9"), &["casualties"])).await.unwrap();
    assert_eq!(updated.verification_state(), VerificationState::Unverified);
    assert_eq!((updated.verification_note.as_str(), updated.verify_time), ("", None));
    assert_eq!(desk.counted(None).await, (Some(9), Some(0)));
    let earlier = &desk.revisions_of_the_raid().await[1].0;
    assert_eq!(earlier.verification_state(), VerificationState::Verified);
    assert_eq!(earlier.verification_note, "two sources");
    assert_eq!(desk.verify().await.verification_state(), VerificationState::Verified);
    assert_eq!(desk.counted(None).await, (Some(9), Some(9)));
}

#[tokio::test]
async fn an_update_of_the_narrative_keeps_the_verification() {
    let desk = Desk::open(Clock::System).await;
    let made = desk.raid().await;
    let verified = desk.verify().await;
    let updated = desk.change(update(told("At dawn."), &["narrative"])).await.unwrap();
    let finding =
        |of: &Incident| (of.verification_state, of.verification_note.clone(), of.verify_time);
    assert_eq!(finding(&updated), finding(&verified));
    // So does one that sets everything to what it is.
    let same = Incident { narrative: "At dawn.".into(), ..made };
    let again = desk.change(update(same, &["*"])).await.unwrap();
    assert_eq!(finding(&again), finding(&verified));
}

#[tokio::test]
async fn a_corrected_incident_shows_at_the_moments_at_which_the_mistake_did() {
    let clock = Clock::held_at(JULY);
    let desk = Desk::open(clock.clone()).await;
    desk.raid().await;
    clock.advance(Duration::days(10));
    desk.verify().await;
    clock.advance(Duration::days(10));
    desk.change(update(told("At dawn."), &["narrative"])).await.unwrap();
    clock.advance(Duration::days(10));
    let (first, second) = (at(JULY + Duration::days(5)), at(JULY + Duration::days(15)));

    desk.change(correction(1, killed("17"), &["casualties"])).await.unwrap();
    assert_eq!(deaths(&desk.found(first).await), "17");
    assert_eq!(desk.counted(first).await, (Some(17), Some(0)));
    let now = desk.found(None).await;
    assert_eq!((deaths(&now), now.verification_state()), ("7", VerificationState::Verified));
    assert_eq!(desk.counted(None).await, (Some(7), Some(7)));

    // A corrected narrative keeps the finding; a corrected count, further down, loses it.
    desk.change(correction(2, told("At noon."), &["narrative"])).await.unwrap();
    let then = desk.found(second).await;
    assert_eq!((&*then.narrative, then.verification_note.as_str()), ("At noon.", "two sources"));
    desk.change(correction(6, killed("17"), &["casualties"])).await.unwrap();
    let then = desk.found(second).await;
    assert_eq!((deaths(&then), then.verification_state()), ("17", VerificationState::Unverified));
    assert_eq!((then.verification_note.as_str(), then.verify_time), ("", None));
    assert_eq!(desk.counted(second).await, (Some(17), Some(0)));
    assert_eq!(desk.counted(None).await, (Some(7), Some(7)));
}

#[tokio::test]
async fn an_update_of_an_incident_is_made_once_and_tried_without_a_trace() {
    let desk = Desk::open(Clock::System).await;
    desk.raid().await;
    let mut request = update(killed("9"), &["casualties"]);
    request.validate_only = true;
    assert_eq!(deaths(&desk.change(request.clone()).await.unwrap()), "9");
    assert_eq!(deaths(&desk.found(None).await), "7");
    request.validate_only = false;
    request.request_id = "0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0007".into();
    let updated = desk.change(request.clone()).await.unwrap();
    assert_eq!(desk.change(request).await.unwrap(), updated);
    assert_eq!(desk.revisions_of_the_raid().await.len(), 2);
}
