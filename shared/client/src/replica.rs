//! The replicas of a service: which of them serve, and which gets the next call.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, task::JoinSet, time::Instant};
use tonic::{Code, Status, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// The pauses between two looks at a replica that does not answer.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// One replica.
#[derive(Debug)]
pub struct Replica {
    pub channel: Channel,
    index: usize,
    url: String,
    serves: AtomicBool,
    calls: AtomicUsize,
    /// Why it does not serve.
    trouble: Mutex<String>,
}

/// All replicas of a service, each looked after as long as this exists.
#[derive(Debug)]
pub struct Replicas {
    all: Vec<Arc<Replica>>,
    changed: Arc<Notify>,
    _attendants: JoinSet<()>,
}

/// A replica with a call in progress.
#[derive(Debug)]
pub struct Held(Arc<Replica>);

impl Replicas {
    /// Begins to look after these; needs a runtime.
    pub fn attend(channels: impl IntoIterator<Item = (String, Channel)>) -> Self {
        let changed = Arc::<Notify>::default();
        let mut attendants = JoinSet::new();
        let channels = channels.into_iter().enumerate();
        let all = channels.map(|(index, (url, channel))| {
            let replica = Arc::new(Replica {
                channel,
                index,
                url,
                serves: AtomicBool::new(false),
                calls: AtomicUsize::new(0),
                trouble: Mutex::new("it was not reached yet".to_owned()),
            });
            attendants.spawn(attend(Arc::clone(&replica), Arc::clone(&changed)));
            replica
        });
        Self { all: all.collect(), changed, _attendants: attendants }
    }

    /// Whether any replica serves now.
    pub fn any_serves(&self) -> bool {
        self.all.iter().any(|replica| replica.serves())
    }

    /// A replica that serves, another than the one to avoid where there is one; waits for it as
    /// long as `patience` lasts.
    pub async fn choose(&self, avoid: Option<usize>, patience: Duration) -> Result<Held, Status> {
        let until = Instant::now() + patience;
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(replica) = self.pick(avoid) {
                return Ok(Held::new(replica));
            }
            if tokio::time::timeout_at(until, changed).await.is_err() {
                return Err(self.none_serves());
            }
        }
    }

    /// Of two that serve, chosen by chance, the one with fewer calls in progress: callers that do
    /// not know of each other still spread evenly.
    fn pick(&self, avoid: Option<usize>) -> Option<Arc<Replica>> {
        let mut serving: Vec<_> = self.all.iter().filter(|replica| replica.serves()).collect();
        if 1 < serving.len() {
            serving.retain(|replica| Some(replica.index) != avoid);
        }
        let count = serving.len();
        if count < 2 {
            return serving.first().map(|replica| Arc::clone(replica));
        }
        let first = fastrand::usize(..count);
        let second = (first + fastrand::usize(1..count)) % count;
        [serving[first], serving[second]].into_iter().min_by_key(|replica| replica.calls()).cloned()
    }

    fn none_serves(&self) -> Status {
        let troubles = self.all.iter().map(|replica| {
            let trouble = replica.trouble.lock().unwrap_or_else(PoisonError::into_inner);
            format!("{}: {trouble}", replica.url)
        });
        Status::unavailable(format!(
            "no replica serves ({})",
            troubles.collect::<Vec<_>>().join("; ")
        ))
    }
}

impl Replica {
    fn serves(&self) -> bool {
        self.serves.load(Ordering::Acquire)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn is(&self, serves: bool, trouble: &str, changed: &Notify) {
        trouble.clone_into(&mut self.trouble.lock().unwrap_or_else(PoisonError::into_inner));
        if self.serves.swap(serves, Ordering::AcqRel) != serves {
            tracing::debug!(url = self.url, serves, trouble, "a replica changed");
            changed.notify_waiters();
        }
    }
}

impl Held {
    fn new(replica: Arc<Replica>) -> Self {
        replica.calls.fetch_add(1, Ordering::Relaxed);
        Self(replica)
    }

    pub fn channel(&self) -> Channel {
        self.0.channel.clone()
    }

    pub fn index(&self) -> usize {
        self.0.index
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Keeps up with how a replica is, over the connection that its calls take: where that is cut,
/// keepalive ends the watch, and no new call goes there until it answers again.
async fn attend(replica: Arc<Replica>, changed: Arc<Notify>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let ended = follow(&replica, &changed).await;
        if ended.code() == Code::Unimplemented {
            // It cannot say how it is, but it answers.
            replica.is(true, "", &changed);
            pause = LONGEST_PAUSE;
        } else {
            pause = if replica.serves() { FIRST_PAUSE } else { pause };
            replica.is(false, ended.message(), &changed);
        }
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Follows what a replica says of itself, until it says no more.
async fn follow(replica: &Replica, changed: &Notify) -> Status {
    let mut health = HealthClient::new(replica.channel.clone());
    let mut watch = match health.watch(HealthCheckRequest::default()).await {
        Ok(watch) => watch.into_inner(),
        Err(status) => return status,
    };
    loop {
        match watch.message().await {
            Ok(Some(answer)) => {
                let serves = answer.status() == ServingStatus::Serving;
                replica.is(serves, answer.status().as_str_name(), changed);
            }
            Ok(None) => return Status::unavailable("it says no more how it is"),
            Err(status) => return status,
        }
    }
}
