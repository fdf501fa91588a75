//! Watches a service's feed, and goes on from the last position whenever the watch breaks.

use std::{collections::BTreeMap, time::Duration};

use muster::client::Client;
use muster_proto::{
    common::v1::{
        FeedPosition, WatchChangesRequest, WatchChangesResponse, watch_changes_response::Step,
    },
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient as Deployment,
    reporting::v1::change_feed_service_client::ChangeFeedServiceClient as Reporting,
};
use tokio::{sync::watch, time::timeout};
use tonic::{Status, Streaming};
use tonic_types::StatusExt;

use crate::{
    caller,
    history::{History, Seen, Watch},
    world::{self, SERVICES},
};

/// A watch that says nothing for so long is opened anew.
const SILENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(100);
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The last position of each mission's feed, once nothing is written any more.
pub type Heads = BTreeMap<String, i64>;

/// Where a watcher is: epoch and position of each mission.
type Places = BTreeMap<String, (String, i64)>;

pub struct Watcher {
    pub number: usize,
    pub service: &'static str,
    pub clients: Vec<Client>,
}

impl Watcher {
    /// Watches until it has seen all that there is, or nobody waits for it any more.
    pub async fn run(&self, history: &History, mut end: watch::Receiver<Option<Heads>>) {
        let mut places = Places::new();
        for replica in self.number.. {
            let heads = end.borrow_and_update().clone();
            if heads.is_some_and(|heads| reached(&places, &heads)) || end.has_changed().is_err() {
                return;
            }
            let mut watch = Watch {
                watcher: self.number,
                service: self.service.to_owned(),
                from: places.iter().map(|(name, (_, at))| (name.clone(), *at)).collect(),
                steps: Vec::new(),
            };
            let opened = timeout(SILENCE, self.open(replica, &places)).await;
            let ended = match opened {
                Ok(Ok(mut stream)) => {
                    let over = end.clone();
                    tokio::select! {
                        ended = note(&mut stream, &mut watch, &mut places, &over) => ended,
                        _ = end.changed() => Ok(()),
                    }
                }
                Ok(Err(status)) => Err(status),
                Err(_) => Ok(()),
            };
            if let Err(status) = ended {
                let name = world::name(world::number(self.service, replica % self.clients.len()));
                caller::note_failure(history, &format!("watcher {}", self.number), name, &status);
            }
            if !watch.steps.is_empty() {
                history.events().watches.push(watch);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn open(
        &self,
        replica: usize,
        places: &Places,
    ) -> Result<Streaming<WatchChangesResponse>, Status> {
        let client = &self.clients[replica % self.clients.len()];
        open(client, self.service, request(places)).await
    }
}

/// Opens a watch of a service's feed.
pub async fn open(
    client: &Client,
    service: &str,
    request: WatchChangesRequest,
) -> Result<Streaming<WatchChangesResponse>, Status> {
    let answer = if service == SERVICES[0] {
        let client = Deployment::new(client.deployment.clone());
        client.max_decoding_message_size(MOST_BYTES).watch_changes(request).await?
    } else {
        let client = Reporting::new(client.reporting.clone());
        client.max_decoding_message_size(MOST_BYTES).watch_changes(request).await?
    };
    Ok(answer.into_inner())
}

/// Whether a watch from a place of another life of the feed is refused as it should be.
pub async fn refuses_epoch(
    client: &Client,
    service: &str,
    mission: &str,
    epoch: &str,
    position: i64,
) -> Result<(), String> {
    let places = BTreeMap::from([(mission.to_owned(), (epoch.to_owned(), position))]);
    let mut request = request(&places);
    request.include_others = false;
    let first = async { open(client, service, request).await?.message().await };
    match timeout(SILENCE, first).await {
        Ok(Err(status)) => {
            let details = status.get_details_error_info();
            let reason = details.map(|info| info.reason).unwrap_or_default();
            if reason == "FEED_EPOCH_CHANGED" { Ok(()) } else { Err(format!("{status}")) }
        }
        Ok(Ok(step)) => Err(format!("it was answered: {step:?}")),
        Err(_) => Err("it was taken".to_owned()),
    }
}

fn request(places: &Places) -> WatchChangesRequest {
    let position = |(mission, (epoch, position)): (&String, &(String, i64))| FeedPosition {
        mission: format!("missions/{mission}"),
        epoch: epoch.clone(),
        position: *position,
    };
    WatchChangesRequest { positions: places.iter().map(position).collect(), include_others: true }
}

fn reached(places: &Places, heads: &Heads) -> bool {
    heads.iter().all(|(mission, head)| places.get(mission).is_some_and(|(_, at)| head <= at))
}

/// Notes what comes, until nothing comes any more or everything has.
async fn note(
    stream: &mut Streaming<WatchChangesResponse>,
    watch: &mut Watch,
    places: &mut Places,
    end: &watch::Receiver<Option<Heads>>,
) -> Result<(), Status> {
    while let Ok(told) = timeout(SILENCE, stream.message()).await {
        let Some(WatchChangesResponse { step: Some(step) }) = told? else { break };
        let id = |name: &str| name.trim_start_matches("missions/").to_owned();
        let (mission, epoch, position, seen) = match step {
            Step::Change(change) => {
                let (mission, position, hash) = (id(&change.mission), change.position, change.hash);
                let seen = Seen::Change { mission: mission.clone(), position, hash };
                (mission, change.epoch, position, seen)
            }
            Step::Bookmark(at) => {
                let (mission, position) = (id(&at.mission), at.position);
                let seen = Seen::Bookmark { mission: mission.clone(), position };
                (mission, at.epoch, position, seen)
            }
        };
        watch.steps.push(seen);
        places.insert(mission, (epoch, position));
        if end.borrow().as_ref().is_some_and(|heads| reached(places, heads)) {
            break;
        }
    }
    Ok(())
}
