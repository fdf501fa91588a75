use muster_values::{Collected, Source, words};
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
}

impl Collected for SiteStatus {
    const COLLECTION: &'static str = "sites/statuses";
}

/// A place that matters to the mission.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    pub display_name: String,
    pub kind: SiteKind,
    pub area: String,
    /// (latitude, longitude) in WGS 84 degrees.
    pub point: Option<(f64, f64)>,
    /// The one with the latest moment.
    pub status: Option<SiteStatus>,
    pub sources: Vec<Source>,
}

impl Collected for Site {
    const COLLECTION: &'static str = "sites";
}
