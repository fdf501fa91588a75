//! `muster watch`: changes as they are committed, resumed after any break.

use std::time::Duration;

use clap::{Args, ValueEnum};
use muster_proto::{
    common::v1::{
        Change, FeedPosition, WatchChangesRequest, WatchChangesResponse,
        watch_changes_response::Step,
    },
    deployment::v1::change_feed_service_client::ChangeFeedServiceClient as DeploymentFeed,
    reporting::v1::change_feed_service_client::ChangeFeedServiceClient as ReportingFeed,
};
use muster_service::{Shutdown, status::Reason};
use tonic::{Status, Streaming};
use tonic_types::StatusExt;

use super::missions;
use crate::{
    access::{Access, Output},
    client::Client,
    json, refusal, settings,
    terminal::{self, Terminal},
    words,
};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What `muster watch` takes.
#[derive(Debug, Args)]
pub struct Watch {
    /// The mission; where there is only one, that one
    mission: Option<String>,

    /// Changes after this position are shown; 0 for all
    #[arg(long, value_name = "POSITION", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    from: i64,

    /// Whose changes
    #[arg(long, value_enum, default_value_t)]
    service: Service,

    /// For whom the changes are; JSON is one object a line
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Service {
    #[default]
    Deployment,
    Reporting,
}

impl Watch {
    pub async fn run(self, access: &Access) -> anyhow::Result<()> {
        let stop = Shutdown::on_signal(Duration::ZERO)?;
        let client = settings::connect(access).await?;
        let mission = missions::choose(&client, self.mission.as_deref()).await?;
        let place = FeedPosition { mission, epoch: String::new(), position: self.from };
        let mut watcher = Watcher {
            client,
            service: self.service,
            place,
            output: self.output,
            pause: FIRST_PAUSE,
        };
        stop.unless_asked(watcher.follow()).await.unwrap_or(Ok(()))
    }
}

/// A watch that knows where it is.
struct Watcher {
    client: Client,
    service: Service,
    place: FeedPosition,
    output: Output,
    pause: Duration,
}

impl Watcher {
    /// Shows changes until something fails that waiting does not mend.
    async fn follow(&mut self) -> anyhow::Result<()> {
        loop {
            let Err(error) = self.once().await else { continue };
            let Some(status) = error.downcast_ref::<Status>() else { return Err(error) };
            if refusal::is(status, Reason::FeedEpochChanged) {
                eprintln!("the feed has begun anew; so does this watch");
                self.place.epoch.clear();
                self.place.position = 0;
            } else if let Some(floor) = compacted(status) {
                eprintln!("changes up to {floor} are no longer kept; going on after them");
                self.place.position = floor;
            } else if muster_client::passes(status) {
                if self.pause == FIRST_PAUSE {
                    eprintln!("the watch broke off; going on after {}", self.place.position);
                }
                tokio::time::sleep(self.pause).await;
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            } else {
                return Err(error);
            }
        }
    }

    /// Shows changes until the stream breaks.
    async fn once(&mut self) -> anyhow::Result<()> {
        let mut stream = self.open().await?;
        while let Some(answer) = stream.message().await? {
            self.pause = FIRST_PAUSE;
            match answer.step {
                Some(Step::Change(change)) => {
                    self.show(&change)?;
                    self.place.epoch = change.epoch;
                    self.place.position = change.position;
                }
                Some(Step::Bookmark(place)) if place.mission == self.place.mission => {
                    self.place = place;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn open(&self) -> Result<Streaming<WatchChangesResponse>, Status> {
        let positions = vec![self.place.clone()];
        let request = WatchChangesRequest { positions, include_others: false };
        let answer = match self.service {
            Service::Deployment => {
                DeploymentFeed::new(self.client.deployment.clone()).watch_changes(request).await
            }
            Service::Reporting => {
                ReportingFeed::new(self.client.reporting.clone()).watch_changes(request).await
            }
        };
        answer.map(tonic::Response::into_inner)
    }

    fn show(&self, change: &Change) -> anyhow::Result<()> {
        match self.output {
            Output::Json => terminal::print(&json::line(change)?),
            Output::Table => terminal::print(&in_words(change, Terminal::stdout())),
        }
    }
}

/// The last position that is no longer kept, where that is why the watch was refused.
fn compacted(status: &Status) -> Option<i64> {
    let info = status.get_details_error_info()?;
    let floor = info.metadata.get("floor")?.parse().ok()?;
    refusal::is(status, Reason::FeedCompacted).then_some(floor)
}

fn in_words(change: &Change, terminal: Terminal) -> String {
    let resources: Vec<_> = (change.resources.iter())
        .map(|told| match told.resource {
            Some(_) => format!("{} (revision {})", words::short(&told.name), told.revision),
            None => format!("{} (no longer there)", words::short(&told.name)),
        })
        .collect();
    format!(
        "{}  {}  {}  {}\n",
        terminal.bold(&format!("{:>5}", change.position)),
        words::moment(change.record_time.as_ref()),
        actors(change),
        resources.join(", ")
    )
}

/// Who asked for what a change did, each once.
fn actors(change: &Change) -> String {
    let mut actors: Vec<&str> = change.resources.iter().map(|told| told.actor.as_str()).collect();
    actors.dedup();
    actors.join(", ")
}
