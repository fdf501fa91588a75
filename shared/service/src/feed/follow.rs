//! Follows another service's feed, however often the link breaks.

use std::{collections::BTreeMap, future::Future, time::Duration};

use anyhow::Context;
use futures::FutureExt;
use muster_proto::common::v1::{
    Change, FeedPosition, WatchChangesRequest, WatchChangesResponse, watch_changes_response::Step,
};
use prost::Message;
use tokio::time::Instant;
use tonic::{Status, Streaming};
use tonic_types::StatusExt;

use crate::{
    Shutdown, fault, repeated,
    status::{Reason, word},
};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Keeps replicas that compete from asking for their places all the time.
const TURN_PAUSE: Duration = Duration::from_millis(50);

/// A step that takes longer is begun anew; each of its statements has a shorter limit.
const LONGEST_STEP: Duration = Duration::from_mins(5);

/// The most that is applied at once: of what is there already, nothing is waited for.
const MOST: usize = 500;
const MOST_BYTES: usize = 512 * 1024;

/// What became of a change that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is part of the projection now.
    Now,
    /// Its position is taken, or is not next: another replica was faster, or a delivery was
    /// repeated or lost. The follower goes back to what it has recorded.
    OutOfTurn,
}

/// Something that follows a feed.
pub trait Follower: Send + Sync {
    /// Opens a watch of the feed.
    fn open(
        &self,
        request: WatchChangesRequest,
    ) -> impl Future<Output = Result<Streaming<WatchChangesResponse>, Status>> + Send;

    /// The recorded cursor of each mission's feed.
    fn positions(&self) -> impl Future<Output = anyhow::Result<Vec<FeedPosition>>> + Send;

    /// Applies changes of one mission in order and records the cursor of the last, both in one
    /// transaction. Where that fails, each change and its cursor are a transaction of their own.
    fn apply(&self, changes: Vec<Change>) -> impl Future<Output = anyhow::Result<Applied>> + Send;

    /// Learns a mission, `missions/{mission}`, anew from its snapshot: its feed has a new epoch,
    /// ends before the recorded cursor, or is no longer kept from there.
    fn renew(&self, mission: &str) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Follows until shutdown; each failure is logged, waited out, and tried again.
pub async fn follow(follower: impl Follower, shutdown: Shutdown) {
    let mut failures = Failures::default();
    loop {
        let before = Instant::now();
        let Some(ended) = shutdown.unless_asked(once(&follower)).await else { return };
        let mut pause = failures.pause(ended.is_err(), before.elapsed());
        if let Err(error) = &ended {
            repeated::warn("cannot follow the feed; trying again", format!("{error:#}"));
            pause = pause.max(asked_for(error));
        }
        if shutdown.unless_asked(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
    }
}

/// How long the other service asks to be left alone.
fn asked_for(error: &anyhow::Error) -> Duration {
    let wait = error.downcast_ref::<Status>().and_then(muster_client::wait);
    wait.unwrap_or_default().min(LONGEST_PAUSE)
}

/// How often in a row the feed could not be followed.
#[derive(Debug, Default)]
struct Failures(u32);

impl Failures {
    /// How long to wait after the feed was followed for a while. Replicas that compete are out of
    /// turn again and again: that is no failure, and nobody waits long because of it.
    fn pause(&mut self, has_failed: bool, held: Duration) -> Duration {
        // A link that held for a while is tried again at once.
        if !has_failed || LONGEST_PAUSE < held {
            self.0 = 0;
        }
        if !has_failed {
            return TURN_PAUSE;
        }
        let pause = FIRST_PAUSE * (1 << self.0.min(10));
        self.0 += 1;
        pause.min(LONGEST_PAUSE)
    }
}

/// Follows from the recorded places until it has to go on from them anew: a change came out of
/// turn, or a mission was learnt from its snapshot. Fails where the link breaks.
async fn once(follower: &impl Follower) -> anyhow::Result<()> {
    let positions = in_time(follower.positions()).await?;
    let mut watch =
        match follower.open(WatchChangesRequest { positions, include_others: true }).await {
            Ok(watch) => watch,
            Err(status) => return recover(follower, status).await,
        };
    loop {
        let Batch { changes, end } = Batch::read(&mut watch).await;
        for (mission, changes) in changes {
            for changes in fault::deliveries(changes) {
                if in_time(follower.apply(changes)).await? == Applied::OutOfTurn {
                    repeated::info("a change came out of turn; reading again", mission);
                    return Ok(());
                }
            }
        }
        match end {
            None => {}
            Some(Ok(())) => anyhow::bail!("the watch ended"),
            Some(Err(status)) => return recover(follower, status).await,
        }
    }
}

/// A step of the follower, unless its database went silent.
async fn in_time<T>(step: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::time::timeout(LONGEST_STEP, step).await.context("the database says nothing")?
}

/// Changes that are there already, by mission, and how the watch ended if it did after them.
#[derive(Default)]
struct Batch {
    changes: BTreeMap<String, Vec<Change>>,
    end: Option<Result<(), Status>>,
}

impl Batch {
    /// Waits for something, then takes what came with it.
    async fn read(watch: &mut Streaming<WatchChangesResponse>) -> Self {
        let mut batch = Self::default();
        let (mut count, mut bytes) = (0, 0);
        let mut answer = Some(watch.message().await);
        while let Some(found) = answer {
            match found {
                Ok(Some(WatchChangesResponse { step: Some(Step::Change(change)) })) => {
                    bytes += change.encoded_len();
                    count += 1;
                    batch.changes.entry(change.mission.clone()).or_default().push(change);
                }
                Ok(Some(_)) => {}
                Ok(None) => batch.end = Some(Ok(())),
                Err(status) => batch.end = Some(Err(status)),
            }
            if batch.end.is_some() || MOST <= count || MOST_BYTES <= bytes {
                return batch;
            }
            answer = watch.message().now_or_never();
        }
        batch
    }
}

/// Learns a mission anew where its cursor means nothing any more; else passes the failure on.
async fn recover(follower: &impl Follower, status: Status) -> anyhow::Result<()> {
    let Some(mission) = lost(&status) else { return Err(status.into()) };
    let detail = format!("{mission}: {}", status.message());
    repeated::warn("the feed does not go on from here", detail);
    in_time(follower.renew(&mission)).await
}

/// The mission whose cursor a feed refuses because it means nothing there any more.
fn lost(status: &Status) -> Option<String> {
    let mut info = status.get_details_error_info()?;
    let lost = [Reason::FeedEpochChanged, Reason::FeedCompacted, Reason::FeedPositionAhead];
    if lost.iter().any(|lost| word(*lost) == info.reason) {
        info.metadata.remove("mission")
    } else if info.reason == word(Reason::NotFound) {
        info.metadata.remove("name")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use bytes::{BufMut, Bytes, BytesMut};
    use tonic::codec::{DecodeBuf, Decoder};

    use super::*;
    use crate::telemetry::tests::Lines;

    /// Follows a feed that tells of one change, which another replica has applied before.
    struct Late;

    /// Reads what the feed sends.
    struct Steps;

    impl Decoder for Steps {
        type Item = WatchChangesResponse;
        type Error = Status;

        fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
            Ok(Some(WatchChangesResponse::decode(from).unwrap()))
        }
    }

    impl Follower for Late {
        async fn open(
            &self,
            _request: WatchChangesRequest,
        ) -> Result<Streaming<WatchChangesResponse>, Status> {
            let change = Change { mission: "missions/m".into(), ..Change::default() };
            let step = WatchChangesResponse { step: Some(Step::Change(change)) }.encode_to_vec();
            let mut frame = BytesMut::new();
            frame.put_u8(0);
            frame.put_u32(u32::try_from(step.len()).unwrap());
            frame.extend_from_slice(&step);
            let body = tonic::body::Body::new(Once(Some(frame.freeze())));
            Ok(Streaming::new_response(Steps, body, http::StatusCode::OK, None, None))
        }

        async fn positions(&self) -> anyhow::Result<Vec<FeedPosition>> {
            Ok(Vec::new())
        }

        async fn apply(&self, _changes: Vec<Change>) -> anyhow::Result<Applied> {
            Ok(Applied::OutOfTurn)
        }

        async fn renew(&self, _mission: &str) -> anyhow::Result<()> {
            Ok(())
        }
    }

    /// A body of one frame.
    struct Once(Option<Bytes>);

    impl http_body::Body for Once {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Status>>> {
            std::task::Poll::Ready(self.0.take().map(|frame| Ok(http_body::Frame::data(frame))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_replica_that_is_late_again_and_again_writes_one_line() {
        let lines = Lines::at("info");
        let shutdown = Shutdown::new(Duration::ZERO);
        let late = tokio::time::timeout(Duration::from_secs(10), follow(Late, shutdown));
        late.await.unwrap_err();
        let written = lines.written();
        assert_eq!(written.len(), 1, "{written:?}");
        assert!(written[0].contains("out of turn"), "{written:?}");
        tokio::time::sleep(Duration::from_secs(21)).await;
        assert!(
            lines.written()[1].contains("more times in the last 30 s"),
            "{:?}",
            lines.written()
        );
    }

    #[test]
    fn only_failures_in_a_row_wait_longer_each_time() {
        let (mut failures, short) = (Failures::default(), Duration::from_secs(1));
        let pauses: Vec<Duration> = (0..8).map(|_| failures.pause(true, short)).collect();
        assert!(pauses.is_sorted());
        assert_eq!((pauses[0], pauses[7]), (FIRST_PAUSE, LONGEST_PAUSE));

        for _ in 0..20 {
            assert_eq!(failures.pause(false, short), TURN_PAUSE);
        }
        assert_eq!(failures.pause(true, short), FIRST_PAUSE);
        assert_eq!(failures.pause(true, short), FIRST_PAUSE * 2);
        assert_eq!(failures.pause(true, LONGEST_PAUSE * 2), FIRST_PAUSE);
    }
}
