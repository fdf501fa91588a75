//! Which mission is meant.

use anyhow::bail;
use muster_proto::deployment::v1::{
    GetMissionRequest, ListMissionsRequest, mission_service_client::MissionServiceClient,
};
use muster_values::Zone;
use prost_types::Timestamp;

use crate::{client::Client, words::Moment};

/// The name of the mission that was asked for; where none was, of the only one.
pub async fn choose(client: &Client, asked: Option<&str>) -> anyhow::Result<String> {
    if let Some(asked) = asked {
        return Ok(full_name(asked));
    }
    let mut names = names(client).await?;
    match names.len() {
        0 => bail!("there is no mission; load one with `muster load FILE`"),
        1 => Ok(names.remove(0)),
        _ => bail!("there are several missions; name one of {}", names.join(", ")),
    }
}

/// The names of all missions that the caller may read.
pub async fn names(client: &Client) -> anyhow::Result<Vec<String>> {
    let mut missions = MissionServiceClient::new(client.deployment.clone());
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListMissionsRequest { page_size: 0, page_token, ..Default::default() };
        let page = missions.list_missions(request).await?.into_inner();
        names.extend(page.missions.into_iter().map(|mission| mission.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(names);
        }
    }
}

/// What arguments say of moments; of days, at the place of the mission.
pub async fn moments<const N: usize>(
    client: &Client,
    mission: &str,
    given: [Option<Moment>; N],
) -> anyhow::Result<[Option<Timestamp>; N]> {
    let mut zone = Zone::UTC;
    if given.iter().any(|moment| matches!(moment, Some(Moment::Day(_)))) {
        let mut missions = MissionServiceClient::new(client.deployment.clone());
        let request = GetMissionRequest { name: mission.to_owned(), ..Default::default() };
        zone = missions.get_mission(request).await?.into_inner().time_zone.parse()?;
    }
    Ok(given.map(|moment| moment.map(|moment| moment.in_zone(&zone))))
}

pub fn full_name(mission: &str) -> String {
    if mission.starts_with("missions/") {
        mission.to_owned()
    } else {
        format!("missions/{mission}")
    }
}
