//! The moments that a read is asked of.

use clap::Args;
use muster_proto::deployment::v1::{
    GetMissionRequest, mission_service_client::MissionServiceClient,
};
use muster_service::{Clock, wire};
use muster_values::Zone;
use prost_types::Timestamp;
use time::Date;

use crate::{access::Access, client::Client, settings, words, words::Moment};

#[derive(Debug, Args)]
pub struct Moments {
    /// The moment it is asked for, of a situation that of presence, control and stocks; such as
    /// 2024-06-25T22:00:00Z, or a day, to its end at the mission's place. Unless given, the
    /// scenario's moment, or else now; of a period that is over by then, its end
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
    /// The line that says so where the scenario or the period gave the moment.
    pub seen: String,
}

impl Moments {
    /// Reads the moments of a read, and of the period that it asks for the last day; days end at
    /// the place of the mission.
    pub async fn read(
        self,
        access: &Access,
        client: &Client,
        mission: &str,
        last_day: Option<Date>,
    ) -> anyhow::Result<Asked> {
        let last_day = last_day.filter(|_| self.at.is_none());
        let given = [self.at, self.as_of, self.recorded_by];
        let mut zone = Zone::UTC;
        let is_day = |moment: &Option<Moment>| matches!(moment, Some(Moment::Day(_)));
        if last_day.is_some() || given.iter().any(is_day) {
            let mut missions = MissionServiceClient::new(client.deployment.clone());
            let request = GetMissionRequest { name: mission.to_owned(), ..Default::default() };
            zone = missions.get_mission(request).await?.into_inner().time_zone.parse()?;
        }
        let [at, as_of_time, recorded_by_time] =
            given.map(|moment| moment.map(|moment| moment.in_zone(&zone)));
        let (valid_time, seen) = if at.is_some() {
            (at, String::new())
        } else {
            let over = last_day.map(|day| Moment::Day(day).in_zone(&zone));
            let now = wire::timestamp(Clock::System.now());
            usual(settings::seen_from(access, mission), over, now)
        };
        Ok(Asked { valid_time, as_of_time, recorded_by_time, seen })
    }
}

/// The moment of a read for which none was given, `None` for now, and the line that says so: the
/// scenario's, or else now, and where the period is over by then, its end.
fn usual(
    scenario: Option<Timestamp>,
    over: Option<Timestamp>,
    now: Timestamp,
) -> (Option<Timestamp>, String) {
    let place = |at: Timestamp| (at.seconds, at.nanos);
    let seen = scenario.unwrap_or(now);
    match (over.filter(|over| place(*over) < place(seen)), scenario) {
        (Some(end), _) => (Some(end), words::seen_at(&end, "the end of the period")),
        (None, Some(moment)) => (Some(moment), words::seen_at(&moment, "the scenario's moment")),
        (None, None) => (None, String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_that_is_over_is_seen_at_its_end() {
        let at = |seconds| Timestamp { seconds, nanos: 0 };
        let table = [
            // The scenario, the period's end, so
            (None, None, None, ""),
            (None, Some(7), Some(7), "the end of the period"),
            (None, Some(11), None, ""),
            (Some(5), None, Some(5), "the scenario's moment"),
            (Some(5), Some(3), Some(3), "the end of the period"),
            (Some(5), Some(7), Some(5), "the scenario's moment"),
            (Some(15), Some(12), Some(12), "the end of the period"),
        ];
        for (scenario, over, expected, said) in table {
            let (moment, words) = usual(scenario.map(at), over.map(at), at(10));
            assert_eq!(moment, expected.map(at), "{scenario:?} {over:?}");
            assert!(words.contains(said) && words.is_empty() == said.is_empty(), "{words}");
        }
    }
}
