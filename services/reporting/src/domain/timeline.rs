use muster_values::{Id, MissionId, PartialDate, Source, words};
use time::OffsetDateTime;

use super::incident::DatePrecision;

words! {
    /// What an event is about.
    pub enum EventKind {
        Political = "political",
        Security = "security",
        Humanitarian = "humanitarian",
        /// A step of the mission, from the deployment service's feed.
        Mission = "mission",
    }
}

/// Something that happened around a mission or in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub mission: MissionId,
    pub id: Id,
    pub kind: EventKind,
    pub title: String,
    pub description: String,
    pub happened_on: PartialDate,
    pub precision: DatePrecision,
    pub area: Option<String>,
    /// The deployment service's resource that a mission event tells of.
    pub subject: Option<String>,
    pub sources: Vec<Source>,
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}
