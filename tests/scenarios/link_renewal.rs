//! The reporting service learns a mission anew from its snapshot, where the feed does not go on.

use muster_proto::{
    common::v1::ResourceChange,
    deployment::v1::{Site, site_service_client::SiteServiceClient},
    reporting::v1::{self as pb, link_service_client::LinkServiceClient},
};
use muster_tests::{World, append, new_site, revision};
use prost::{Message, Name};
use prost_types::Any;
use time::macros::datetime;

/// What the reporting service knows of the deployment.
async fn projection(world: &World) -> Vec<(String, i64, String)> {
    let pool = world.sql("reporting").await;
    let known = sqlx::query_as(
        "select 'missions/m/' || collection || '/' || key, revision, encode(message, 'hex')
        from reporting.deployment_revisions
        union all
        select id, 0, kind || title || description || happened_on || subject
        from reporting.timeline_events where kind = 'mission' order by 1, 2",
    );
    known.fetch_all(&pool).await.unwrap()
}

/// Waits until the link stands there.
async fn followed(world: &World, arrived: impl Fn(&pb::LinkStatus) -> bool) -> pb::LinkStatus {
    let mut link = LinkServiceClient::new(world.client.reporting.clone());
    loop {
        let request = pb::GetLinkStatusRequest { name: "missions/m".into() };
        let status = link.get_link_status(request).await.unwrap().into_inner();
        if arrived(&status) {
            return status;
        }
        tokio::task::yield_now().await;
    }
}

async fn head(world: &World) -> i64 {
    let token: muster_service::token::Token = world.last_token().await.parse().unwrap();
    token.position
}

/// Where the reporting service's own feed stands.
async fn told(world: &World) -> Option<i64> {
    let pool = world.sql("reporting").await;
    let position = sqlx::query_scalar("select last_position from reporting.feeds");
    position.fetch_optional(&pool).await.unwrap()
}

async fn begin_a_new_life(world: &World) {
    let pool = world.sql("deployment").await;
    let begun = sqlx::query("update deployment.feeds set epoch = gen_random_uuid()");
    begun.execute(&pool).await.unwrap();
}

/// A revision of a site as these bytes.
fn site(id: &str, number: i64, value: Vec<u8>) -> [ResourceChange; 1] {
    let resource = Any { type_url: Site::type_url(), value };
    [revision(&format!("missions/m/sites/{id}"), number, Some(resource))]
}

/// A site as the deployment service tells it.
async fn a_good_site(world: &World) -> Vec<u8> {
    let mut sites = SiteServiceClient::new(world.client.deployment.clone());
    sites.create_site(new_site("real")).await.unwrap().into_inner().encode_to_vec()
}

#[tokio::test]
async fn behind_what_is_kept_a_snapshot_and_the_rest_are_as_good_as_the_whole_feed() {
    let mut world = World::start().await;
    world.ready_mission().await;
    world.depart(200, datetime!(2024-06-24 20:00 UTC)).await.unwrap();
    let last = head(&world).await;
    followed(&world, |status| status.applied_position == last).await;
    world.kill_reporting();
    world.arrive(200, datetime!(2024-06-25 15:00 UTC)).await.unwrap();
    let last = head(&world).await;
    world.restart_reporting().await;
    followed(&world, |status| status.applied_position == last).await;
    let by_the_feed = projection(&world).await;

    // From nothing, with nothing kept.
    world.kill_reporting();
    world.compact_deployment().await;
    world.forget_reporting().await;
    followed(&world, |status| status.applied_position == last).await;
    assert_eq!(projection(&world).await, by_the_feed);

    // From behind the floor, and on with what comes after.
    world.kill_reporting();
    let good = a_good_site(&world).await;
    world.compact_deployment().await;
    world.restart_reporting().await;
    followed(&world, |status| status.applied_position == last + 1).await;
    let pool = world.sql("deployment").await;
    append(&pool, &site("next", 1, good)).await;
    followed(&world, |status| status.applied_position == last + 2).await;
    assert_eq!(projection(&world).await.len(), by_the_feed.len() + 2);
}

#[tokio::test]
async fn a_new_life_with_the_same_facts_leaves_projection_and_timeline_as_they_are() {
    let world = World::start().await;
    world.ready_mission().await;
    let last = head(&world).await;
    let before = followed(&world, |status| status.applied_position == last).await;
    let (known, said) = (projection(&world).await, told(&world).await);
    begin_a_new_life(&world).await;
    // The watch ends by itself, without a restart.
    followed(&world, |status| status.epoch != before.epoch && status.applied_position == last)
        .await;
    assert_eq!((projection(&world).await, told(&world).await), (known, said));
}

#[tokio::test]
async fn a_poisoned_resource_parks_alone_and_a_snapshot_that_tells_it_well_frees_it() {
    let mut world = World::start().await;
    world.ready_mission().await;
    let good = a_good_site(&world).await;
    let pool = world.sql("deployment").await;
    world.kill_reporting();
    // All of this is there when the link opens again.
    append(&pool, &site("bad", 1, vec![0xff])).await;
    append(&pool, &site("good", 1, good.clone())).await;
    append(&pool, &site("bad", 2, good)).await;
    let last = append(&pool, &site("other", 1, vec![0xff])).await;
    world.restart_reporting().await;
    let status = followed(&world, |status| status.applied_position == last).await;
    assert_eq!(status.parked_changes, 3);
    let names = |known: Vec<(String, i64, String)>| -> Vec<String> {
        let sites = ["good", "bad", "other"].map(|id| format!("missions/m/sites/{id}"));
        known.into_iter().map(|known| known.0).filter(|name| sites.contains(name)).collect()
    };
    assert_eq!(names(projection(&world).await), ["missions/m/sites/good"]);

    begin_a_new_life(&world).await;
    let status = followed(&world, |now| now.epoch != status.epoch).await;
    assert_eq!((status.applied_position, status.parked_changes), (last, 1));
    // Both of its revisions are kept, of which the last can be read.
    let both = ["missions/m/sites/bad", "missions/m/sites/bad", "missions/m/sites/good"];
    assert_eq!(names(projection(&world).await), both);
}
