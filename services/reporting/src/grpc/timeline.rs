use muster_proto::reporting::v1::{self as pb, timeline_service_server::TimelineService};
use muster_service::standard_service;

use super::Handler;
use crate::domain::timeline::Event;

standard_service! {
    TimelineService for Handler {
        create_timeline_event: create of Event (pb::CreateTimelineEventRequest)
            -> pb::TimelineEvent;
        update_timeline_event: update of Event (pb::UpdateTimelineEventRequest)
            -> pb::TimelineEvent;
        delete_timeline_event: delete of Event (pb::DeleteTimelineEventRequest) -> ();
        get_timeline_event: get(pb::GetTimelineEventRequest) -> pb::TimelineEvent;
        batch_get_timeline_events: batch_get(pb::BatchGetTimelineEventsRequest)
            -> pb::BatchGetTimelineEventsResponse;
        list_timeline_events: list(pb::ListTimelineEventsRequest, "event_date")
            -> pb::ListTimelineEventsResponse;
    }
}
