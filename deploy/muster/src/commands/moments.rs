//! The moments that a read is asked of.

use clap::Args;
use muster_proto::deployment::v1::{
    GetMissionRequest, mission_service_client::MissionServiceClient,
};
use muster_values::Zone;
use prost_types::Timestamp;

use crate::{access::Access, client::Client, settings, words, words::Moment};

#[derive(Debug, Args)]
pub struct Moments {
    /// The moment it is asked for, of a situation that of presence, control and stocks; such as
    /// 2024-06-25T22:00:00Z, or a day, to its end at the mission's place. The scenario's moment,
    /// or else now, unless given
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,

    /// The answer counts only what was known by this moment; everything, unless given
    #[arg(long, value_name = "TIME")]
    as_of: Option<Moment>,

    /// The answer counts only what stood in the database by this moment; everything, unless given
    #[arg(long, value_name = "TIME")]
    recorded_by: Option<Moment>,
}

/// The same as requests have them.
pub struct Asked {
    pub valid_time: Option<Timestamp>,
    pub as_of_time: Option<Timestamp>,
    pub recorded_by_time: Option<Timestamp>,
    /// The line that says so where the scenario gave the moment.
    pub seen: String,
}

impl Moments {
    /// Reads the moments; days end at the place of the mission.
    pub async fn read(
        self,
        access: &Access,
        client: &Client,
        mission: &str,
    ) -> anyhow::Result<Asked> {
        let given = [self.at, self.as_of, self.recorded_by];
        let mut zone = Zone::UTC;
        if given.iter().any(|moment| matches!(moment, Some(Moment::Day(_)))) {
            let mut missions = MissionServiceClient::new(client.deployment.clone());
            let request = GetMissionRequest { name: mission.to_owned(), ..Default::default() };
            zone = missions.get_mission(request).await?.into_inner().time_zone.parse()?;
        }
        let [at, as_of_time, recorded_by_time] =
            given.map(|moment| moment.map(|moment| moment.in_zone(&zone)));
        let seen_from = settings::seen_from(access, mission).filter(|_| at.is_none());
        let seen = seen_from.as_ref().map(words::seen_from).unwrap_or_default();
        Ok(Asked { valid_time: at.or(seen_from), as_of_time, recorded_by_time, seen })
    }
}
