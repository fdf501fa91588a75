use muster_proto::{common::v1::FeedPosition, reporting::v1 as pb};
use muster_service::wire::timestamp;

use crate::domain::link::{Cursor, LinkStatus, ParkedChange};

/// From where on the feed is followed.
pub fn position(cursor: &Cursor) -> FeedPosition {
    FeedPosition {
        mission: cursor.mission.name(),
        epoch: cursor.epoch.to_string(),
        position: cursor.position,
    }
}

pub fn status(status: &LinkStatus) -> pb::LinkStatus {
    let cursor = status.cursor.as_ref();
    pb::LinkStatus {
        name: status.mission.name(),
        epoch: cursor.map(|cursor| cursor.epoch.to_string()).unwrap_or_default(),
        applied_position: cursor.map(|cursor| cursor.position).unwrap_or_default(),
        apply_time: cursor.map(|cursor| timestamp(cursor.applied_at)),
        parked_changes: status.parked,
    }
}

pub fn parked(parked: &ParkedChange) -> pb::ParkedChange {
    pb::ParkedChange {
        resource: parked.name.clone(),
        revision: parked.revision,
        position: parked.position,
        reason: parked.reason.clone(),
    }
}
