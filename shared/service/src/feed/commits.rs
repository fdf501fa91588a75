//! Which missions this process changed, so that its watchers need not wait for a poll.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use tokio::sync::Notify;

use muster_values::name::MissionId;

/// The missions that were changed since somebody took notice.
#[derive(Debug, Default)]
pub struct Commits {
    missions: Mutex<BTreeSet<MissionId>>,
    told: Notify,
}

impl Commits {
    /// Says that a change of a mission is committed.
    pub fn tell(&self, mission: &MissionId) {
        self.missions.lock().unwrap_or_else(PoisonError::into_inner).insert(mission.clone());
        self.told.notify_one();
    }

    /// Waits until something was told since this answered last.
    pub(super) async fn some(&self) {
        self.told.notified().await;
    }

    pub(super) fn take(&self) -> Vec<MissionId> {
        let mut missions = self.missions.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *missions).into_iter().collect()
    }
}
