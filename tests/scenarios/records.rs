//! What the standard methods promise of every record: Create, Update by mask, corrections, Delete,
//! ListRevisions, filter, order and the moments that reads are asked of.

use muster_proto::{
    common::v1::{ListRevisionsRequest, Quantity, ResourceChange},
    deployment::v1::{
        self as pb, area_service_client::AreaServiceClient,
        history_service_client::HistoryServiceClient, mission_service_client::MissionServiceClient,
        pledge_service_client::PledgeServiceClient,
    },
    google::r#type::Date,
};
use muster_service::identity::{Grant, Role};
use muster_tests::{World, at, field_violations, reason};
use prost_types::{FieldMask, Timestamp};
use time::{OffsetDateTime, macros::datetime};
use tonic::Status;

const JANUARY: OffsetDateTime = datetime!(2024-01-01 0:00 UTC);
const MARCH: OffsetDateTime = datetime!(2024-03-01 0:00 UTC);
const MAY: OffsetDateTime = datetime!(2024-05-01 0:00 UTC);
const OFFER: &str = "missions/m/pledges/offer";

/// A world with a pledge of Benin that was known in January.
struct Desk {
    world: World,
}

impl Desk {
    async fn open() -> Self {
        let world = World::start().await;
        world.ready_mission().await;
        let desk = Self { world };
        desk.offer("offer", "1,500", JANUARY).await;
        desk
    }

    fn pledges(&self) -> PledgeServiceClient<muster::client::Authorized> {
        PledgeServiceClient::new(self.world.client.deployment.clone())
    }

    async fn offer(&self, id: &str, size: &str, known: OffsetDateTime) -> pb::Pledge {
        let request = pb::CreatePledgeRequest {
            parent: "missions/m".into(),
            pledge_id: id.into(),
            pledge: Some(pb::Pledge {
                partner: "missions/m/partners/ben".into(),
                size: Some(words(size)),
                offer_date: Some(Date { year: 2024, month: 1, day: 0 }),
                ..pb::Pledge::default()
            }),
            known_time: at(known),
            ..Default::default()
        };
        self.pledges().create_pledge(request).await.unwrap().into_inner()
    }

    async fn confirm(&self, known: OffsetDateTime) {
        let confirm_date = Some(Date { year: 2024, month: 2, day: 20 });
        let (name, known_time) = (OFFER.into(), at(known));
        let request =
            pb::ConfirmPledgeRequest { name, confirm_date, known_time, ..Default::default() };
        self.pledges().confirm_pledge(request).await.unwrap();
    }

    async fn update(&self, request: pb::UpdatePledgeRequest) -> Result<pb::Pledge, Status> {
        Ok(self.pledges().update_pledge(request).await?.into_inner())
    }

    async fn as_of(&self, known: OffsetDateTime) -> Result<pb::Pledge, Status> {
        self.get(at(known), None).await
    }

    async fn get(
        &self,
        as_of_time: Option<Timestamp>,
        recorded_by_time: Option<Timestamp>,
    ) -> Result<pb::Pledge, Status> {
        let name = OFFER.to_owned();
        let request = pb::GetPledgeRequest { name, as_of_time, recorded_by_time };
        Ok(self.pledges().get_pledge(request).await?.into_inner())
    }

    async fn revisions(&self) -> Vec<ResourceChange> {
        let mut history = HistoryServiceClient::new(self.world.client.deployment.clone());
        let request = ListRevisionsRequest { name: OFFER.into(), ..Default::default() };
        history.list_revisions(request).await.unwrap().into_inner().revisions
    }
}

fn words(as_written: &str) -> Quantity {
    Quantity { as_written: as_written.into(), ..Quantity::default() }
}

fn mask(paths: &[&str]) -> FieldMask {
    FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
}

/// Another size of the pledge.
fn resized(size: &str) -> pb::UpdatePledgeRequest {
    pb::UpdatePledgeRequest {
        pledge: Some(pb::Pledge {
            name: OFFER.into(),
            size: Some(words(size)),
            conditions: "is not in the mask".into(),
            ..pb::Pledge::default()
        }),
        update_mask: Some(mask(&["size"])),
        ..Default::default()
    }
}

fn size(pledge: &pb::Pledge) -> &str {
    &pledge.size.as_ref().unwrap().as_written
}

#[tokio::test]
async fn an_update_sets_what_its_mask_names_and_says_when_it_became_known() {
    let desk = Desk::open().await;
    let mut request = resized("2,000");
    request.known_time = at(MARCH);
    request.reason = "The foreign minister's letter".into();
    let updated = desk.update(request).await.unwrap();
    assert_eq!((size(&updated), updated.conditions.as_str()), ("2,000", ""));
    assert_eq!(size(&desk.as_of(MARCH).await.unwrap()), "2,000");
    assert_eq!(size(&desk.as_of(MARCH - time::Duration::SECOND).await.unwrap()), "1,500");
    assert_eq!(
        reason(&desk.as_of(JANUARY - time::Duration::SECOND).await.unwrap_err()),
        "NOT_FOUND"
    );
    let told = desk.revisions().await;
    assert_eq!((told.len(), told[1].reason.as_str()), (2, "The foreign minister's letter"));
    assert_eq!((told[1].actor.as_str(), told[1].corrects_revision), ("operator", 0));
}

#[tokio::test]
async fn knowledge_does_not_run_backwards() {
    let desk = Desk::open().await;
    let mut request = resized("2,000");
    request.known_time = at(JANUARY - time::Duration::DAY);
    assert_eq!(reason(&desk.update(request).await.unwrap_err()), "TIME_OUT_OF_ORDER");
}

#[tokio::test]
async fn a_correction_holds_at_every_moment_and_only_the_record_shows_the_mistake() {
    let desk = Desk::open().await;
    let before = desk.get(None, None).await.unwrap().update_time;
    let mut request = resized("15,00");
    request.corrects_revision = 1;
    assert_eq!(reason(&desk.update(request).await.unwrap_err()), "FIELD_INVALID");
    let mut request = resized("150");
    request.corrects_revision = 1;
    desk.update(request).await.unwrap();
    assert_eq!(size(&desk.as_of(JANUARY).await.unwrap()), "150");
    assert_eq!(size(&desk.get(None, before).await.unwrap()), "1,500");
    assert_eq!(desk.revisions().await[1].corrects_revision, 1);
}

#[tokio::test]
async fn a_correction_of_an_earlier_revision_leaves_what_holds_now() {
    let desk = Desk::open().await;
    let mut request = resized("2,000");
    request.known_time = at(MARCH);
    desk.update(request).await.unwrap();
    let mut request = resized("1,600");
    request.corrects_revision = 1;
    let corrected = desk.update(request).await.unwrap();
    assert_eq!(size(&corrected), "1,600");
    assert_eq!(size(&desk.as_of(JANUARY).await.unwrap()), "1,600");
    assert_eq!(size(&desk.as_of(MARCH).await.unwrap()), "2,000");
    // What holds now can be changed by whoever read it.
    let mut request = resized("2,100");
    request.etag = desk.get(None, None).await.unwrap().etag;
    assert_eq!(size(&desk.update(request).await.unwrap()), "2,100");
    let mut request = resized("7");
    request.corrects_revision = 77;
    let refused = desk.update(request).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["corrects_revision"]);
}

#[tokio::test]
async fn a_correction_of_what_was_said_first_leaves_what_became_of_it_later() {
    let desk = Desk::open().await;
    desk.confirm(MARCH).await;
    let pledge = pb::Pledge { name: OFFER.into(), conditions: "none".into(), ..Default::default() };
    let update_mask = Some(mask(&["conditions"]));
    let mut request =
        pb::UpdatePledgeRequest { pledge: Some(pledge), update_mask, ..Default::default() };
    request.corrects_revision = 1;
    desk.update(request).await.unwrap();
    let offered = desk.as_of(JANUARY).await.unwrap();
    assert_eq!((offered.state(), offered.conditions.as_str()), (pb::PledgeState::Offered, "none"));
    assert_eq!(offered.confirm_date, None);
    assert_eq!(desk.as_of(MARCH).await.unwrap().state(), pb::PledgeState::Confirmed);
    assert_eq!(desk.get(None, None).await.unwrap().state(), pb::PledgeState::Confirmed);
}

#[tokio::test]
async fn a_mistyped_day_of_a_confirmation_is_put_right() {
    let desk = Desk::open().await;
    let day = |year| Some(Date { year, month: 2, day: 20 });
    let dated = |confirm_date, corrects_revision| pb::UpdatePledgeRequest {
        pledge: Some(pb::Pledge { name: OFFER.into(), confirm_date, ..Default::default() }),
        update_mask: Some(mask(&["confirm_date"])),
        corrects_revision,
        ..Default::default()
    };
    let refused = desk.update(dated(day(2024), 0)).await.unwrap_err();
    assert_eq!(field_violations(&refused), ["pledge.confirm_date"]);
    desk.confirm(MARCH).await;
    let corrected = desk.update(dated(day(2025), 2)).await.unwrap();
    assert_eq!(
        (corrected.confirm_date, corrected.state()),
        (day(2025), pb::PledgeState::Confirmed)
    );
    assert_eq!(desk.as_of(MARCH).await.unwrap().confirm_date, day(2025));
    assert_eq!(desk.as_of(JANUARY).await.unwrap().confirm_date, None);
    for (refused, expected) in [(day(2023), "TIME_OUT_OF_ORDER"), (None, "FIELD_INVALID")] {
        let refused = desk.update(dated(refused, 0)).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
}

#[tokio::test]
async fn an_update_is_refused_where_it_names_what_it_may_not_or_breaks_a_rule() {
    let desk = Desk::open().await;
    let refused = async |pledge: pb::Pledge, paths: &[&str]| {
        let pledge = Some(pb::Pledge { name: OFFER.into(), ..pledge });
        let update_mask = Some(mask(paths));
        let request = pb::UpdatePledgeRequest { pledge, update_mask, ..Default::default() };
        let refused = desk.update(request).await.unwrap_err();
        (reason(&refused), field_violations(&refused))
    };
    let invalid = |field: &str| ("FIELD_INVALID".to_owned(), vec![field.to_owned()]);
    let none = pb::Pledge::default;
    assert_eq!(refused(none(), &["state"]).await, invalid("update_mask"));
    assert_eq!(refused(none(), &["colour"]).await, invalid("update_mask"));
    let ken = pb::Pledge { partner: "missions/m/partners/ken".into(), ..none() };
    assert_eq!(refused(ken, &["partner"]).await, invalid("update_mask"));
    let long = pb::Pledge { conditions: "x".repeat(1001), ..none() };
    assert_eq!(refused(long, &["conditions"]).await, invalid("pledge.conditions"));
    assert_eq!(refused(none(), &["offer_date"]).await, invalid("pledge.offer_date"));
    assert_eq!(desk.revisions().await.len(), 1);
}

#[tokio::test]
async fn a_requirement_that_nobody_looks_at_is_refused_by_its_way_from_the_request() {
    use pb::ContingentState::{Deployed, Deploying, OnHold, Repatriated, Rotating};
    let desk = Desk::open().await;
    let mut missions = MissionServiceClient::new(desk.world.client.deployment.clone());
    let mut require = async |state: pb::ContingentState| {
        let check_type = pb::ReadinessCheckType::Training.into();
        let mission = pb::Mission {
            name: "missions/m".into(),
            readiness_requirements: vec![pb::ReadinessRequirement {
                state: state.into(),
                check_type,
            }],
            ..Default::default()
        };
        let update_mask = Some(mask(&["readiness_requirements"]));
        let mission = Some(mission);
        let request = pb::UpdateMissionRequest { mission, update_mask, ..Default::default() };
        missions.update_mission(request).await
    };
    for state in [OnHold, Deployed, Rotating, Repatriated] {
        let refused = require(state).await.unwrap_err();
        let path = "mission.readiness_requirements[0].state";
        assert_eq!(field_violations(&refused), [path], "{state:?}");
    }
    require(Deploying).await.unwrap();
}

#[tokio::test]
async fn what_is_only_tried_is_answered_and_not_done() {
    let desk = Desk::open().await;
    let mut request = resized("2,000");
    request.validate_only = true;
    assert_eq!(size(&desk.update(request).await.unwrap()), "2,000");
    let request =
        pb::DeletePledgeRequest { name: OFFER.into(), validate_only: true, ..Default::default() };
    desk.pledges().delete_pledge(request).await.unwrap();
    assert_eq!(size(&desk.get(None, None).await.unwrap()), "1,500");
    assert_eq!(desk.revisions().await.len(), 1);
}

#[tokio::test]
async fn who_may_not_change_a_record_is_told_so_before_anything_else() {
    let desk = Desk::open().await;
    let kenya = Grant { role: Role::Contributor, mission: "m".into(), partner: Some("ken".into()) };
    let client = desk.world.client_with(vec![kenya]).await.deployment;
    let mut request = resized("2,000");
    request.etag = "\"r77\"".into();
    let refused = PledgeServiceClient::new(client).update_pledge(request).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
}

#[tokio::test]
async fn what_is_deleted_is_gone_from_then_on_and_may_come_again() {
    let desk = Desk::open().await;
    let name = OFFER.to_owned();
    let request = pb::DeletePledgeRequest { name, known_time: at(MARCH), ..Default::default() };
    desk.pledges().delete_pledge(request.clone()).await.unwrap();
    assert_eq!(reason(&desk.get(None, None).await.unwrap_err()), "NOT_FOUND");
    assert_eq!(reason(&desk.pledges().delete_pledge(request).await.unwrap_err()), "NOT_FOUND");
    assert_eq!(size(&desk.as_of(MARCH - time::Duration::SECOND).await.unwrap()), "1,500");
    desk.offer("offer", "900", MAY).await;
    assert_eq!(desk.get(None, None).await.unwrap().etag, "\"r3\"");
    let present: Vec<bool> =
        desk.revisions().await.iter().map(|told| told.resource.is_some()).collect();
    assert_eq!(present, [true, false, true]);
}

#[tokio::test]
async fn what_should_never_have_been_is_gone_from_the_beginning() {
    let desk = Desk::open().await;
    let request =
        pb::DeletePledgeRequest { name: OFFER.into(), corrects_revision: 1, ..Default::default() };
    desk.pledges().delete_pledge(request).await.unwrap();
    assert_eq!(reason(&desk.as_of(MAY).await.unwrap_err()), "NOT_FOUND");
}

#[tokio::test]
async fn what_others_name_is_not_deleted() {
    let desk = Desk::open().await;
    let mut areas = AreaServiceClient::new(desk.world.client.deployment.clone());
    let name = "missions/m/areas/HT01".to_owned();
    let request = pb::DeleteAreaRequest { name, ..Default::default() };
    let refused = areas.delete_area(request).await.unwrap_err();
    assert_eq!(reason(&refused), "STILL_REFERENCED");
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
}

#[tokio::test]
async fn a_list_is_filtered_ordered_and_paged_as_of_a_moment() {
    let desk = Desk::open().await;
    for (id, size, known) in [("a", "700", JANUARY), ("b", "900", MARCH), ("c", "800", MAY)] {
        desk.offer(id, size, known).await;
    }
    let list = async |filter: &str, order_by: &str, as_of: Option<OffsetDateTime>| {
        let (mut found, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListPledgesRequest {
                parent: "missions/m".into(),
                page_size: 2,
                filter: filter.into(),
                order_by: order_by.into(),
                as_of_time: as_of.and_then(at),
                page_token: page_token.clone(),
                ..Default::default()
            };
            let page = desk.pledges().list_pledges(request).await.unwrap().into_inner();
            let ids = page
                .pledges
                .iter()
                .map(|pledge| pledge.name.rsplit('/').next().unwrap_or_default().to_owned());
            found.extend(ids);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return found;
            }
        }
    };
    let small = "size.at_least < 1000 AND partner = \"missions/m/partners/ben\"";
    assert_eq!(list(small, "", None).await, ["a", "b", "c"]);
    assert_eq!(list(small, "size.at_least desc", None).await, ["b", "c", "a"]);
    assert_eq!(list(small, "size.at_least desc", Some(MARCH)).await, ["b", "a"]);
    assert_eq!(list("NOT size.at_least < 1000", "", Some(JANUARY)).await, ["offer"]);
}

#[tokio::test]
async fn an_ordered_list_goes_on_after_a_record_that_was_deleted_meanwhile() {
    let desk = Desk::open().await;
    for (id, size) in [("a", "700"), ("b", "900"), ("c", "800")] {
        desk.offer(id, size, JANUARY).await;
    }
    let page = async |page_token: String| {
        let request = pb::ListPledgesRequest {
            parent: "missions/m".into(),
            page_size: 2,
            filter: "size.at_least < 1000 AND partner = \"missions/m/partners/ben\"".into(),
            order_by: "size.at_least desc".into(),
            page_token,
            ..Default::default()
        };
        let page = desk.pledges().list_pledges(request).await.unwrap().into_inner();
        let names = page.pledges.into_iter().map(|pledge| pledge.name).collect::<Vec<_>>();
        (names, page.next_page_token)
    };
    let (first, token) = page(String::new()).await;
    assert_eq!(first, ["missions/m/pledges/b", "missions/m/pledges/c"]);
    let gone = pb::DeletePledgeRequest { name: first[1].clone(), ..Default::default() };
    desk.pledges().delete_pledge(gone).await.unwrap();
    assert_eq!(page(token).await, (vec!["missions/m/pledges/a".to_owned()], String::new()));
}
