//! What is counted, and of whom.

use muster_values::words;

words! {
    /// What a number of people counts.
    pub enum Measure {
        Authorised = "authorised",
        Planned = "planned",
        Pledged = "pledged",
        Confirmed = "confirmed",
        Ready = "ready",
        InTransit = "in_transit",
        Arrived = "arrived",
        Present = "present",
        Effective = "effective",
        Listed = "listed",
        Operational = "operational",
        Available = "available",
    }
}

/// Whose strength it is, by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Mission,
    Partner(String),
    Contingent(String),
    Movement(String),
}

impl Subject {
    /// Reads the name of a partner, a contingent or a movement, such as
    /// `missions/haiti/partners/ken`; empty for the mission.
    pub fn named(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Mission);
        }
        let parts: Vec<&str> = name.split('/').collect();
        match parts[..] {
            ["missions", _, "partners", _] => Some(Self::Partner(name.to_owned())),
            ["missions", _, "contingents", _] => Some(Self::Contingent(name.to_owned())),
            ["missions", _, "movements", _] => Some(Self::Movement(name.to_owned())),
            _ => None,
        }
    }
}
