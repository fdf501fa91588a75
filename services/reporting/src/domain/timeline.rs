use muster_values::{Collected, PartialDate, Source, words};

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
    pub kind: EventKind,
    pub title: String,
    pub description: String,
    pub happened_on: PartialDate,
    pub precision: DatePrecision,
    pub area: Option<String>,
    /// The deployment service's resource that a mission event tells of.
    pub subject: Option<String>,
    pub sources: Vec<Source>,
}

impl Collected for Event {
    const COLLECTION: &'static str = "timelineEvents";
}
