//! What scenarios do and look at, so that they read like sentences.

use muster::{
    client::Authorized,
    scenario::{Loader, Scenario, Summary},
};
use muster_proto::{
    common::v1::{Change, ListChangesRequest, ResourceChange, Source},
    deployment::v1::{self as pb, movement_service_client::MovementServiceClient},
    google::r#type::Date,
    reporting::v1 as reporting,
};
use muster_service::{resource::Key, token::Token};
use muster_values::MissionId;
use prost::Message;
use prost_types::{Any, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use time::{OffsetDateTime, macros::datetime};
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
        let loader = Loader::new(&self.client);
        match loader.load(&scenario, |_| {}).await {
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
        let request =
            pb::DepartMovementRequest { name, effective_time, headcount, ..Default::default() };
        Ok(self.movements().depart_movement(request).await?.into_inner())
    }

    /// People of the flight arrive.
    pub async fn arrive(
        &self,
        headcount: i32,
        when: OffsetDateTime,
    ) -> Result<pb::Movement, Status> {
        let (name, effective_time) = (FLIGHT.to_owned(), at(when));
        let request =
            pb::ArriveMovementRequest { name, effective_time, headcount, ..Default::default() };
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
        contingents
            .get_contingent(pb::GetContingentRequest { name, ..Default::default() })
            .await
            .unwrap()
            .into_inner()
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
            mission: MissionId::trusted(mission),
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
    pb::CreateSiteRequest {
        parent,
        site_id,
        site: Some(site),
        request_id: String::new(),
        ..Default::default()
    }
}

/// A request for an incident of which little is told.
pub fn new_incident(id: &str) -> reporting::CreateIncidentRequest {
    let incident = reporting::Incident {
        r#type: reporting::IncidentType::Kidnapping.into(),
        occur_date: Some(Date { year: 2024, month: 2, day: 3 }),
        area_code: "HT0111".into(),
        narrative: "Seen from the road".into(),
        language_code: "en".into(),
        sources: vec![Source { publisher: "Press".into(), ..Source::default() }],
        ..reporting::Incident::default()
    };
    reporting::CreateIncidentRequest {
        parent: "missions/m".into(),
        incident_id: id.into(),
        incident: Some(incident),
        ..Default::default()
    }
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
pub async fn append(pool: &PgPool, revisions: &[ResourceChange]) -> i64 {
    let keys: Vec<Key> = revisions.iter().map(|revision| Key::of(&revision.name)).collect();
    let messages: Vec<Vec<u8>> = revisions.iter().map(Message::encode_to_vec).collect();
    loop {
        // Where the service committed meanwhile, time goes on from there.
        let position = try_append(pool, &keys, revisions, &messages).await;
        if let Some(position) = position {
            return position;
        }
    }
}

async fn try_append(
    pool: &PgPool,
    keys: &[Key],
    revisions: &[ResourceChange],
    messages: &[Vec<u8>],
) -> Option<i64> {
    let salt = [7; 16];
    let digest = |message: &Vec<u8>| Sha256::digest([&salt[..], message].concat()).to_vec();
    let (position,): (Option<i64>,) = sqlx::query_as(
        "select new_position from deployment.append_change('m', now(), $1, $2, $3, $4, $5, $6, $7,
            $8, '{}', '{}', '{}', '{}', '{}')",
    )
    .bind(keys.iter().map(|key| key.collection.clone()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.key.clone()).collect::<Vec<_>>())
    .bind(revisions.iter().map(|revision| revision.revision).collect::<Vec<_>>())
    .bind(vec![None::<OffsetDateTime>; revisions.len()])
    .bind(revisions.iter().map(|revision| revision.resource.is_some()).collect::<Vec<_>>())
    .bind(messages)
    .bind(vec![salt.to_vec(); revisions.len()])
    .bind(messages.iter().map(digest).collect::<Vec<_>>())
    .fetch_one(pool)
    .await
    .unwrap();
    position
}

/// A revision of about this many bytes, of a collection that nobody uses.
pub fn filler(bytes: usize) -> [ResourceChange; 1] {
    let name = format!("missions/m/fillers/{}", uuid::Uuid::now_v7());
    let reason = "a".repeat(bytes);
    [ResourceChange { reason, ..revision(&name, 1, None) }]
}

/// A revision as a service keeps it, known and recorded on one day.
pub fn revision(name: &str, revision: i64, resource: Option<Any>) -> ResourceChange {
    let time = at(datetime!(2024-06-01 0:00 UTC));
    let name = name.to_owned();
    ResourceChange {
        name,
        revision,
        resource,
        known_time: time,
        record_time: time,
        ..ResourceChange::default()
    }
}

/// The hash of a change as the proto tells every reader to make it: over the hash of the one
/// before, the position and the digests, each of which covers its revision.
pub fn chained(before: &[u8], change: &Change) -> Vec<u8> {
    let mut hash = Sha256::new().chain_update(before).chain_update(change.position.to_be_bytes());
    for told in &change.resources {
        let mut content = told.clone();
        (content.salt, content.digest) = (Vec::new(), Vec::new());
        let digest = Sha256::digest([&told.salt[..], &content.encode_to_vec()].concat());
        assert_eq!(told.digest, digest.to_vec());
        hash.update(digest);
    }
    hash.finalize().to_vec()
}
