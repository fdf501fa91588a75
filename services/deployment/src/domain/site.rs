use muster_values::{Collected, Source, words};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Full;

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
    pub display_name: String,
    pub kind: SiteKind,
    pub area: String,
    /// (latitude, longitude) in WGS 84 degrees.
    pub point: Option<(f64, f64)>,
    /// Oldest first by when it began.
    pub history: Vec<SiteStatus>,
    pub sources: Vec<Source>,
}

impl Collected for Site {
    const COLLECTION: &'static str = "sites";
}

impl Site {
    /// Adds what is known of a moment, which may lie before others that are known.
    pub fn record(&mut self, status: SiteStatus) -> Result<(), Full> {
        Full::unless_room(self.history.len(), "the site", "status entries")?;
        self.history.push(status);
        self.order();
        Ok(())
    }

    /// Puts the history in order.
    pub fn order(&mut self) {
        self.history.sort_by_key(|status| (status.effective_at, status.recorded_at));
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::domain::MOST_ENTRIES;

    const NOW: OffsetDateTime = datetime!(2024-06-01 0:00 UTC);

    #[test]
    fn a_history_does_not_grow_without_bound() {
        let status = SiteStatus {
            control: Control::Contested,
            effective_at: NOW,
            holder: String::new(),
            note: String::new(),
            sources: Vec::new(),
            recorded_at: NOW,
        };
        let mut site = Site {
            display_name: "Port".into(),
            kind: SiteKind::Seaport,
            area: "HT01".into(),
            point: None,
            history: vec![status.clone(); MOST_ENTRIES - 1],
            sources: Vec::new(),
        };
        site.record(status.clone()).unwrap();
        let full = site.record(status).unwrap_err();
        assert_eq!(full.to_string(), "the site has 200 status entries and takes no more");
        assert_eq!(site.history.len(), MOST_ENTRIES);
    }
}
