//! Pages of lists: dense, bounded, and good for one list only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use muster_proto::{
    common::v1::Source,
    deployment::v1::{
        self as pb, area_service_client::AreaServiceClient,
        partner_service_client::PartnerServiceClient, site_service_client::SiteServiceClient,
    },
};
use muster_tests::{World, at, new_site, reason};
use prost::Message;
use time::{Duration, macros::datetime};

fn areas_after(page_token: String) -> pb::ListAreasRequest {
    pb::ListAreasRequest {
        parent: "missions/m".into(),
        page_size: 1,
        page_token,
        ..Default::default()
    }
}

#[tokio::test]
async fn pages_lead_through_a_whole_list_without_repeating_or_leaving_out() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut areas = AreaServiceClient::new(world.client.deployment.clone());
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let page = areas.list_areas(areas_after(token)).await.unwrap().into_inner();
        found.extend(page.areas.into_iter().map(|area| area.name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    let codes: Vec<&str> = found.iter().map(|name| name.rsplit('/').next().unwrap()).collect();
    assert_eq!(codes, ["HT", "HT01", "HT0111", "HT08"]);
}

#[tokio::test]
async fn a_token_of_another_list_is_refused() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut areas = AreaServiceClient::new(world.client.deployment.clone());
    let page = areas.list_areas(areas_after(String::new())).await.unwrap().into_inner();
    let mut partners = PartnerServiceClient::new(world.client.deployment.clone());
    let list = pb::ListPartnersRequest {
        parent: "missions/m".into(),
        page_size: 1,
        page_token: page.next_page_token,
        ..Default::default()
    };
    let refused = partners.list_partners(list).await.unwrap_err();
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
}

/// What a token begins with says only which list it is of; what follows, anybody can make up.
#[tokio::test]
async fn a_token_that_the_database_could_not_read_is_refused() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut areas = AreaServiceClient::new(world.client.deployment.clone());
    let page = areas.list_areas(areas_after(String::new())).await.unwrap().into_inner();
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(page.next_page_token).unwrap();
    bytes.push(0);
    let forged = areas_after(BASE64_URL_SAFE_NO_PAD.encode(bytes));
    assert_eq!(reason(&areas.list_areas(forged).await.unwrap_err()), "PAGE_TOKEN_INVALID");
}

/// A site with as much to say as the rules allow in one status.
fn talkative(site_id: &str) -> pb::CreateSiteRequest {
    let source = Source {
        publisher: "p".repeat(200),
        title: "t".repeat(500),
        uri: "u".repeat(2000),
        excerpt: "e".repeat(2000),
        ..Source::default()
    };
    let request = new_site(site_id);
    let site = request.site.map(|site| pb::Site { sources: vec![source; 20], ..site });
    pb::CreateSiteRequest { site, ..request }
}

#[tokio::test]
async fn a_page_of_long_records_is_short_enough_for_every_client() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    for number in 0..15 {
        sites.create_site(talkative(&format!("site-{number}"))).await.unwrap();
    }
    let list = pb::ListSitesRequest { parent: "missions/m".into(), ..Default::default() };
    let page = sites.list_sites(list).await.unwrap().into_inner();
    assert!(page.encoded_len() < 2 * 1024 * 1024);
    assert!(!page.sites.is_empty() && !page.next_page_token.is_empty());
}

#[tokio::test]
async fn what_grows_has_no_end_and_is_read_by_pages() {
    let world = World::start().await;
    world.ready_mission().await;
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    sites.create_site(new_site("port")).await.unwrap();
    let status = |day: u32, control: pb::SiteControl| pb::CreateSiteStatusRequest {
        parent: "missions/m/sites/port".into(),
        site_status_id: format!("{day:03}"),
        site_status: Some(pb::SiteStatus {
            control: control.into(),
            effective_time: at(datetime!(2023-01-01 0:00 UTC) + Duration::DAY * day),
            ..pb::SiteStatus::default()
        }),
        ..Default::default()
    };
    for day in 1..=205 {
        sites.create_site_status(status(day, pb::SiteControl::Lost)).await.unwrap();
    }
    sites.create_site_status(status(300, pb::SiteControl::Secured)).await.unwrap();
    // What is told later of an earlier day does not say who holds it now.
    sites.create_site_status(status(299, pb::SiteControl::Lost)).await.unwrap();
    let name = "missions/m/sites/port".to_owned();
    let get = pb::GetSiteRequest { name: name.clone(), ..Default::default() };
    let site = sites.get_site(get).await.unwrap().into_inner();
    assert_eq!(site.status.unwrap().control(), pb::SiteControl::Secured);
    let list = pb::ListSiteStatusesRequest { parent: name, page_size: 1000, ..Default::default() };
    let page = sites.list_site_statuses(list).await.unwrap().into_inner();
    assert_eq!((page.statuses.len(), page.next_page_token.as_str()), (207, ""));
}
