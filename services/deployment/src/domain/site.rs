use muster_service::{Id, MissionId, Source, words};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

words! {
    /// What a site is.
    pub enum SiteKind {
        Airport = "airport",
        Seaport = "seaport",
        Hospital = "hospital",
        Government = "government",
        Police = "police",
        Prison = "prison",
        Base = "base",
        Road = "road",
        Training = "training",
        Other = "other",
    }
}

words! {
    /// Whether the mission's side holds a site.
    pub enum Control {
        Secured = "secured",
        Contested = "contested",
        Lost = "lost",
        Closed = "closed",
    }
}

/// Who held a site from a moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteStatus {
    pub control: Control,
    pub effective_at: OffsetDateTime,
    pub holder: String,
    pub note: String,
    pub sources: Vec<Source>,
    pub recorded_at: OffsetDateTime,
}

/// A place that matters to the mission.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    pub mission: MissionId,
    pub id: Id,
    pub display_name: String,
    pub kind: SiteKind,
    pub area: String,
    /// (latitude, longitude) in WGS 84 degrees.
    pub point: Option<(f64, f64)>,
    /// Oldest first by when it began.
    pub history: Vec<SiteStatus>,
    pub sources: Vec<Source>,
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

impl Site {
    /// Adds what is known of a moment, which may lie before others that are known.
    pub fn record(&mut self, status: SiteStatus, now: OffsetDateTime) {
        self.history.push(status);
        self.order();
        self.revision += 1;
        self.updated_at = now;
    }

    /// Puts the history in order.
    pub fn order(&mut self) {
        self.history.sort_by_key(|status| (status.effective_at, status.recorded_at));
    }
}
