//! What scenarios do and look at, so that they read like sentences.

use muster::{
    client::Authorized,
    scenario::{Loader, Scenario, Summary},
};
use muster_proto::{
    common::v1::{Change, ListChangesRequest},
    deployment::v1::{self as pb, movement_service_client::MovementServiceClient},
};
use muster_service::{Clock, MissionId, token::Token};
use prost::Message;
use prost_types::Timestamp;
use sqlx::PgPool;
use time::OffsetDateTime;
use tonic::{Request, Status, metadata::MetadataValue};
use tonic_types::{ErrorDetails, StatusExt};

use crate::World;

/// The machine-readable details of a refusal.
pub fn details(status: &Status) -> ErrorDetails {
    status.get_error_details()
}

/// The reason of a refusal, as partners' programs see it.
pub fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

/// The paths of the fields that a refusal names.
pub fn field_violations(status: &Status) -> Vec<String> {
    let request = status.get_details_bad_request();
    let violations = request.map(|found| found.field_violations).unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// The subjects of the conditions that a refusal names.
pub fn unmet(status: &Status) -> Vec<String> {
    let failure = status.get_details_precondition_failure();
    let violations = failure.map(|found| found.violations).unwrap_or_default();
    violations.into_iter().map(|violation| violation.subject).collect()
}

/// A moment as the wire has it.
pub fn at(time: OffsetDateTime) -> Option<Timestamp> {
    Some(muster_service::wire::timestamp(time))
}

impl World {
    /// Loads a scenario of the repository's format.
    pub async fn load(&self, text: &str) -> Summary {
        let scenario = Scenario::parse("scenario.toml", text).unwrap();
        let loader = Loader::new(&self.client, Clock::System);
        match loader.load(&scenario, |_, _| {}).await {
            Ok(summary) => summary,
            Err(stopped) => panic!("{:?} {}: {:?}", stopped.place, stopped.method, stopped.status),
        }
    }

    /// Opens a mission with a mandate for the capital's area and one contingent of 400 that is
    /// ready to go, and a flight planned for it.
    pub async fn ready_mission(&self) -> Summary {
        self.load(READY).await
    }

    /// People of the flight leave.
    pub async fn depart(
        &self,
        headcount: i32,
        when: OffsetDateTime,
    ) -> Result<pb::Movement, Status> {
        let (name, effective_time) = (FLIGHT.to_owned(), at(when));
        let (etag, request_id, note) = Default::default();
        let request =
            pb::DepartMovementRequest { name, etag, request_id, effective_time, note, headcount };
        Ok(self.movements().depart_movement(request).await?.into_inner())
    }

    /// People of the flight arrive.
    pub async fn arrive(
        &self,
        headcount: i32,
        when: OffsetDateTime,
    ) -> Result<pb::Movement, Status> {
        let (name, effective_time) = (FLIGHT.to_owned(), at(when));
        let (etag, request_id, note) = Default::default();
        let request =
            pb::ArriveMovementRequest { name, etag, request_id, effective_time, note, headcount };
        Ok(self.movements().arrive_movement(request).await?.into_inner())
    }

    pub fn movements(&self) -> MovementServiceClient<Authorized> {
        MovementServiceClient::new(self.client.deployment.clone())
    }

    pub async fn contingent(&self) -> pb::Contingent {
        let mut contingents = pb::contingent_service_client::ContingentServiceClient::new(
            self.client.deployment.clone(),
        );
        let name = "missions/m/contingents/ken-1".to_owned();
        contingents.get_contingent(pb::GetContingentRequest { name }).await.unwrap().into_inner()
    }

    /// The token of the last change of the mission in the deployment service.
    pub async fn last_token(&self) -> String {
        self.last_token_of("m").await
    }

    /// The same of another mission.
    pub async fn last_token_of(&self, mission: &str) -> String {
        let mut feed = pb::change_feed_service_client::ChangeFeedServiceClient::new(
            self.client.deployment.clone(),
        );
        let parent = format!("missions/{mission}");
        let request = ListChangesRequest { parent, ..Default::default() };
        let page = feed.list_changes(request).await.unwrap().into_inner();
        let token = Token {
            service: "deployment".into(),
            mission: MissionId::known(mission),
            epoch: page.epoch.parse().unwrap(),
            position: page.head_position,
        };
        token.to_string()
    }

    pub async fn strength(&self) -> pb::Strength {
        let mut strength =
            pb::strength_service_client::StrengthServiceClient::new(self.client.deployment.clone());
        let name = "missions/m".to_owned();
        let request = pb::GetStrengthRequest { name, ..pb::GetStrengthRequest::default() };
        strength.get_strength(request).await.unwrap().into_inner()
    }
}

/// A request for a site of which nothing is told.
pub fn new_site(id: &str) -> pb::CreateSiteRequest {
    let site = pb::Site {
        display_name: "Site".into(),
        kind: pb::SiteKind::Other.into(),
        area_code: "HT0111".into(),
        ..pb::Site::default()
    };
    let (parent, site_id) = ("missions/m".into(), id.into());
    pb::CreateSiteRequest { parent, site_id, site: Some(site), request_id: String::new() }
}

/// A request that must not be answered from before what a token speaks of.
pub fn no_older_than<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let value = MetadataValue::try_from(token).unwrap();
    request.metadata_mut().insert(muster_service::token::HEADER, value);
    request
}

const FLIGHT: &str = "missions/m/movements/flight-1";

/// A mission in which everything is ready for the first flight.
pub const READY: &str = include_str!("ready.toml");

/// Appends a commit to a mission's feed in the deployment service, around the service.
pub async fn append(pool: &PgPool, change: &Change) -> i64 {
    sqlx::query_scalar(
        "with head as (
            select * from deployment.feeds where mission = 'm' for update
        ), new as (
            insert into deployment.changes (mission, position, recorded_at, payload, hash)
            select mission, last_position + 1, now(), $1,
                sha256(last_hash || int8send(last_position + 1) || $1)
            from head returning *
        )
        update deployment.feeds feed set last_position = new.position, last_hash = new.hash
        from new where feed.mission = new.mission returning new.position",
    )
    .bind(change.encode_to_vec())
    .fetch_one(pool)
    .await
    .unwrap()
}

/// A commit of the mission that changes nothing, of about this many bytes.
pub fn filler(bytes: usize) -> Change {
    Change { mission: "missions/m".into(), actor: "a".repeat(bytes), ..Change::default() }
}
