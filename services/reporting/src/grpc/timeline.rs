use muster_proto::reporting::v1::{self as pb, timeline_service_server::TimelineService};
use muster_service::{Answer, Call, standard};
use tonic::Request;

use super::Handler;
use crate::domain::timeline::Event;

#[tonic::async_trait]
impl TimelineService for Handler {
    async fn create_timeline_event(
        &self,
        request: Request<pb::CreateTimelineEventRequest>,
    ) -> Answer<pb::TimelineEvent> {
        standard::create::<Event, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn update_timeline_event(
        &self,
        request: Request<pb::UpdateTimelineEventRequest>,
    ) -> Answer<pb::TimelineEvent> {
        standard::update::<Event, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn delete_timeline_event(
        &self,
        request: Request<pb::DeleteTimelineEventRequest>,
    ) -> Answer<()> {
        standard::delete::<Event, _, _>(&self.app, Call::admit(request)?).await
    }

    async fn get_timeline_event(
        &self,
        request: Request<pb::GetTimelineEventRequest>,
    ) -> Answer<pb::TimelineEvent> {
        standard::get(&self.app, Call::admit(request)?).await
    }

    async fn batch_get_timeline_events(
        &self,
        request: Request<pb::BatchGetTimelineEventsRequest>,
    ) -> Answer<pb::BatchGetTimelineEventsResponse> {
        standard::batch_get(&self.app, Call::admit(request)?).await
    }

    async fn list_timeline_events(
        &self,
        request: Request<pb::ListTimelineEventsRequest>,
    ) -> Answer<pb::ListTimelineEventsResponse> {
        standard::list(&self.app, Call::admit(request)?, "event_date").await
    }
}
