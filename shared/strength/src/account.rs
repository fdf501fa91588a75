//! Where people count.

use muster_values::words;

words! {
    /// Where a person of a contingent counts.
    pub enum Account {
        /// Not yet or no longer part of the contingent; may go below zero.
        Outside = "outside",
        Pledged = "pledged",
        Training = "training",
        Ready = "ready",
        InTransit = "in_transit",
        Present = "present",
        OnLeave = "on_leave",
        Medical = "medical",
        Missing = "missing",
        Dead = "dead",
        Returning = "returning",
        Repatriated = "repatriated",
    }
}

impl Account {
    /// Whether those in it are in the mission, on duty or not; a ceiling counts them.
    pub fn is_present(self) -> bool {
        matches!(self, Self::Present | Self::OnLeave | Self::Medical)
    }
}
