//! What a caller's kit sends again, and when, where a server fails once it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use muster_client::{Kit, Policy};
use muster_proto::deployment::v1::{
    CreateMissionRequest, GetMissionRequest, mission_service_client::MissionServiceClient,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What becomes of each call.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// It is refused for now, and may come back after this.
    Refused(Option<Duration>),
    /// Its connection is cut.
    Cut,
}

/// For all that the caller knows, the call has had its effect.
const FATES: [Fate; 2] = [Fate::Refused(None), Fate::Cut];

/// When the calls came.
type Calls = Arc<Mutex<Vec<Instant>>>;

/// A server that lets every call fail.
struct Failing {
    address: SocketAddr,
    calls: Calls,
    _task: JoinSet<()>,
}

impl Failing {
    async fn start(fate: Fate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Calls::default();
        let heard = Arc::clone(&calls);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut links = JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                links.spawn(answer(socket, fate, Arc::clone(&heard)));
            }
        });
        Self { address, calls, _task: task }
    }

    fn calls(&self) -> Vec<Instant> {
        self.calls.lock().unwrap().clone()
    }

    async fn client(&self) -> MissionServiceClient<Kit> {
        let kit = Kit::new(&format!("http://{}", self.address), Policy::default()).unwrap();
        kit.ready().await.unwrap();
        MissionServiceClient::new(kit)
    }

    /// Asks for a change, until the kit gives up; tells how often the server was asked.
    async fn change(&self, request_id: &str) -> usize {
        let before = self.calls().len();
        let request_id = request_id.to_owned();
        let request = CreateMissionRequest { request_id, ..CreateMissionRequest::default() };
        let failed = self.client().await.create_mission(request).await.unwrap_err();
        assert_eq!(failed.code(), Code::Unavailable);
        self.calls().len() - before
    }

    /// The same with a read.
    async fn read(&self) -> usize {
        let before = self.calls().len();
        let request = GetMissionRequest { name: "missions/m".into(), ..Default::default() };
        let failed = self.client().await.get_mission(request).await.unwrap_err();
        assert_eq!(failed.code(), Code::Unavailable);
        self.calls().len() - before
    }
}

/// Answers what comes over one connection.
async fn answer(socket: TcpStream, fate: Fate, calls: Calls) {
    let mut connection = h2::server::handshake(socket).await.unwrap();
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let refused = if request.uri().path().starts_with("/grpc.health.") {
            // It cannot say how it is, and so counts as one that serves.
            Status::unimplemented("")
        } else {
            calls.lock().unwrap().push(Instant::now());
            match fate {
                Fate::Refused(None) => Status::unavailable(""),
                Fate::Refused(wait) => {
                    let details = ErrorDetails::with_retry_info(wait);
                    Status::with_error_details(Code::Unavailable, "", details)
                }
                Fate::Cut => return,
            }
        };
        respond.send_response(refused.into_http(), true).unwrap();
    }
}

#[tokio::test]
async fn a_change_without_a_request_id_is_sent_once() {
    for fate in FATES {
        assert_eq!(Failing::start(fate).await.change("").await, 1, "{fate:?}");
    }
}

#[tokio::test]
async fn a_change_with_a_request_id_and_a_read_are_sent_again() {
    for fate in FATES {
        let server = Failing::start(fate).await;
        let changes = server.change("0a8f5c1e-52a4-4a9b-8a39-3c8f5f0b0001").await;
        let reads = server.read().await;
        assert!(1 < changes && 1 < reads, "{fate:?}: {changes} changes, {reads} reads");
    }
}

#[tokio::test]
async fn nothing_is_sent_again_before_the_time_that_the_server_says() {
    const WAIT: Duration = Duration::from_millis(300);
    let server = Failing::start(Fate::Refused(Some(WAIT))).await;
    assert!(1 < server.read().await);
    let calls = server.calls();
    for pair in calls.windows(2) {
        assert!(WAIT <= pair[1] - pair[0], "{calls:?}");
    }
}
