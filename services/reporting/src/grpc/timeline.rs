use muster_proto::reporting::v1::{self as pb, timeline_service_server::TimelineService};
use muster_service::{Answer, Call, Resource, answer};
use tonic::{Request, Response};

use super::Handler;
use crate::convert::{self, timeline};

#[tonic::async_trait]
impl TimelineService for Handler {
    async fn create_timeline_event(
        &self,
        request: Request<pb::CreateTimelineEventRequest>,
    ) -> Answer<pb::TimelineEvent> {
        let call = Call::admit(request)?;
        let new = timeline::create(call.message)?;
        answer(self.app.create_event(&call.context, new).await)
    }

    async fn get_timeline_event(
        &self,
        request: Request<pb::GetTimelineEventRequest>,
    ) -> Answer<pb::TimelineEvent> {
        let call = Call::admit(request)?;
        let name = convert::child(&call.message.name, "timelineEvents")?;
        Ok(Response::new(self.app.get_event(&call.context, name).await?.pack()))
    }

    async fn list_timeline_events(
        &self,
        request: Request<pb::ListTimelineEventsRequest>,
    ) -> Answer<pb::ListTimelineEventsResponse> {
        let Call { message, context } = Call::admit(request)?;
        let mission = convert::mission(&message.parent, "parent")?;
        let page = context.page(message.page_size, &message.page_token, &message.parent)?;
        let paged = self.app.list_events(&context, &mission, &page).await?;
        Ok(Response::new(pb::ListTimelineEventsResponse {
            timeline_events: paged.items.iter().map(Resource::pack).collect(),
            next_page_token: paged.next_page_token,
        }))
    }
}
