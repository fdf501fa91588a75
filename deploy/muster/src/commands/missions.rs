//! Which mission is meant.

use anyhow::bail;
use muster_proto::deployment::v1::{
    ListMissionsRequest, mission_service_client::MissionServiceClient,
};

use crate::client::Client;

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

pub fn full_name(mission: &str) -> String {
    if mission.starts_with("missions/") {
        mission.to_owned()
    } else {
        format!("missions/{mission}")
    }
}
