//! Whether both services are well after what they went through.

use std::time::{Duration, Instant};

use muster_proto::reporting::v1::{
    GetLinkStatusRequest, ListParkedChangesRequest, link_service_client::LinkServiceClient,
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::{World, no_older_than};

/// How long the follower may need for everything that was accepted.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is wrong now: a service that does not serve, a change that the other could not take, a
/// follower that does not come to the end.
pub async fn complaints(world: &World, missions: &[(String, String)]) -> Vec<String> {
    let mut complaints = Vec::new();
    let (deployment, reporting) = world.channels().await;
    for (name, channel) in [("deployment", deployment), ("reporting", reporting)] {
        let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await;
        let status = answer.map(|answer| answer.into_inner().status());
        if !matches!(status, Ok(ServingStatus::Serving)) {
            complaints.push(format!("{name} says of its health {status:?}"));
        }
    }
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    for (mission, _) in missions {
        let name = format!("missions/{mission}");
        let token = world.last_token_of(mission).await;
        let started = Instant::now();
        let caught_up = loop {
            let request = GetLinkStatusRequest { name: name.clone() };
            match link.get_link_status(no_older_than(request, &token)).await {
                Ok(_) => break Ok(()),
                Err(_) if started.elapsed() < PATIENCE => {}
                Err(refused) => break Err(refused),
            }
        };
        if let Err(refused) = caught_up {
            complaints.push(format!("the follower is behind in {name}: {refused:?}"));
        }
        let request = ListParkedChangesRequest { parent: name, ..Default::default() };
        match link.list_parked_changes(request).await.map(tonic::Response::into_inner) {
            Ok(parked) if parked.parked_changes.is_empty() => {}
            other => complaints.push(format!("the follower could not take {other:?}")),
        }
    }
    complaints
}
