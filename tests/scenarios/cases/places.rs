//! Dates and places.

use muster_proto::{
    common::v1::DatePrecision,
    deployment::v1::{
        self as dpb, area_service_client::AreaServiceClient,
        mandate_service_client::MandateServiceClient, pledge_service_client::PledgeServiceClient,
        site_service_client::SiteServiceClient,
    },
    google::r#type::Interval,
};
use muster_tests::{details, reason};
use prost_types::FieldMask;

use super::*;

#[tokio::test]
async fn what_happened_is_not_ahead_and_not_before_1900() {
    let desk = Desk::open().await;
    for year in [2099, 25] {
        let refused = desk.incident("i", killing("HT", (year, 1, 1), "3")).await;
        assert_eq!(violations(refused), ["incident.occur_date"]);
    }
    let ahead = flow(FlowMetric::Killed, ((2024, 1, 1), (2099, 1, 1)), "3");
    assert_eq!(violations(desk.figure("f", ahead).await), ["figure.flow.period.end_date"]);
    assert_eq!(
        violations(desk.figure("f", stock((2099, 1, 1), "3")).await),
        ["figure.stock.as_of_date"]
    );
    let mut published = flow(FlowMetric::Killed, YEAR, "3");
    published.source.as_mut().unwrap().publication_date = date(2099, 0, 0);
    assert_eq!(violations(desk.figure("f", published).await), ["figure.source.publication_date"]);

    let mut pledges = PledgeServiceClient::new(desk.client().deployment.clone());
    for year in [2099, 24] {
        let request = dpb::CreatePledgeRequest {
            parent: "missions/m".into(),
            pledge_id: "late".into(),
            pledge: Some(dpb::Pledge {
                partner: "missions/m/partners/ben".into(),
                offer_date: date(year, 1, 1),
                ..Default::default()
            }),
            ..Default::default()
        };
        let refused = pledges.create_pledge(request).await;
        assert_eq!(violations(refused), ["pledge.offer_date"]);
    }
    let mut sites = SiteServiceClient::new(desk.client().deployment.clone());
    let status = dpb::SiteStatus {
        control: dpb::SiteControl::Lost.into(),
        effective_time: at(datetime!(2099-01-01 0:00 UTC)),
        ..Default::default()
    };
    let create = dpb::CreateSiteStatusRequest {
        parent: "missions/m/sites/port".into(),
        site_status_id: "lost".into(),
        site_status: Some(status),
        ..Default::default()
    };
    let refused = sites.create_site_status(create).await;
    assert_eq!(violations(refused), ["site_status.effective_time"]);

    // What may lie ahead lies in no other century either, and so does what is asked for.
    let mut mandates = MandateServiceClient::new(desk.client().deployment.clone());
    let create = dpb::CreateMandateRequest {
        parent: "missions/m".into(),
        mandate_id: "mistyped".into(),
        mandate: Some(dpb::Mandate {
            authority: "Security Council".into(),
            instrument: "S/RES/2793 (2025)".into(),
            adoption_date: date(2023, 10, 2),
            validity: Some(Interval {
                start_time: at(datetime!(0025-10-02 0:00 UTC)),
                end_time: at(datetime!(2026-10-02 0:00 UTC)),
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = mandates.create_mandate(create).await;
    assert_eq!(violations(refused), ["mandate.validity.start_time"]);
    let get = dpb::GetMandateRequest {
        name: "missions/m/mandates/first".into(),
        as_of_time: at(datetime!(0025-10-02 0:00 UTC)),
        ..Default::default()
    };
    assert_eq!(violations(mandates.get_mandate(get).await), ["as_of_time"]);
}

#[tokio::test]
async fn codes_may_begin_with_digits_and_only_the_country_has_no_parent() {
    let desk = Desk::open().await;
    let mut areas = AreaServiceClient::new(desk.client().deployment.clone());
    let area = |code: &str, level: i32, parent: &str, name: &str| dpb::CreateAreaRequest {
        parent: "missions/m".into(),
        area_id: code.into(),
        area: Some(dpb::Area {
            display_name: name.into(),
            level,
            parent_area: parent.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = areas.create_area(area("HT09", 1, "", "Nord-Ouest")).await;
    assert_eq!(violations(refused), ["area.parent_area"]);
    let country = "missions/m/areas/HT";
    areas.create_area(area("3501000", 1, country, "North")).await.unwrap();
    let name = "missions/m/areas/3501000".to_owned();
    let renamed = dpb::UpdateAreaRequest {
        area: Some(dpb::Area {
            name: name.clone(),
            display_name: "Northern District".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    areas.update_area(renamed).await.unwrap();
    let get = dpb::GetAreaRequest { name: name.clone(), ..Default::default() };
    let found = areas.get_area(get).await.unwrap().into_inner();
    assert_eq!(found.display_name, "Northern District");
    let batch = dpb::BatchGetAreasRequest {
        parent: "missions/m".into(),
        names: vec![name.clone()],
        ..Default::default()
    };
    assert_eq!(areas.batch_get_areas(batch).await.unwrap().into_inner().areas, [found]);
    areas.delete_area(dpb::DeleteAreaRequest { name, ..Default::default() }).await.unwrap();
    for unseen in ["\u{200b}", "North\u{feff}", "North\nEast"] {
        let refused = areas.create_area(area("HT10", 1, country, unseen)).await;
        assert_eq!(violations(refused), ["area.display_name"], "{unseen:?}");
    }
    let refused = desk.incident("i", killing("HT77", (2024, 1, 2), "3")).await.unwrap_err();
    let metadata = details(&refused).error_info().unwrap().metadata.clone();
    assert_eq!(metadata["name"], "missions/m/areas/HT77");
}

#[tokio::test]
async fn an_area_lies_deeper_than_its_parent_and_above_what_lies_in_it() {
    let desk = Desk::open().await;
    let client = AreaServiceClient::new(desk.client().deployment.clone());
    // HT0111 of level 2 lies in HT01 of level 1, and that one in HT.
    let update = async |code: &str, level: i32, parent: &str| {
        let request = dpb::UpdateAreaRequest {
            area: Some(dpb::Area {
                name: format!("missions/m/areas/{code}"),
                level,
                parent_area: format!("missions/m/areas/{parent}"),
                ..Default::default()
            }),
            update_mask: Some(FieldMask { paths: vec!["level".into(), "parent_area".into()] }),
            ..Default::default()
        };
        client.clone().update_area(request).await
    };
    for (code, level, parent, field) in [
        ("HT01", 2, "HT", "area.level"),
        ("HT01", 5, "HT", "area.level"),
        ("HT0111", 1, "HT01", "area.level"),
        ("HT01", 1, "HT01", "area.parent_area"),
        ("HT01", 1, "HT0111", "area.parent_area"),
        ("HT01", 3, "HT0111", "area.parent_area"),
        ("HT", 0, "HT0111", "area.parent_area"),
    ] {
        let refused = update(code, level, parent).await;
        assert_eq!(violations(refused), [field], "{code} at {level} in {parent}");
    }
    update("HT0111", 3, "HT01").await.unwrap();
    update("HT01", 2, "HT").await.unwrap();
    update("HT0111", 4, "HT08").await.unwrap();
    update("HT01", 5, "HT").await.unwrap();
}

#[tokio::test]
async fn who_puts_an_area_into_another_holds_that_one_as_it_is() {
    let desk = Desk::open().await;
    let mut areas = AreaServiceClient::new(desk.client().deployment.clone());
    let sql = desk.world.sql("deployment").await;
    let mut other = sql.begin().await.unwrap();
    // Another call is about to change the level of HT08.
    let hold = "select from deployment.areas where mission = 'm' and code = 'HT08'
        for no key update";
    sqlx::query(hold).execute(&mut *other).await.unwrap();
    let moved = dpb::Area {
        name: "missions/m/areas/HT0111".into(),
        parent_area: "missions/m/areas/HT08".into(),
        ..Default::default()
    };
    let request = dpb::UpdateAreaRequest { area: Some(moved), ..Default::default() };
    let refused = areas.update_area(request).await.unwrap_err();
    assert_eq!(reason(&refused), "CONTENDED");
    other.rollback().await.unwrap();
    sql.close().await;
}

#[tokio::test]
async fn an_incident_that_may_lie_outside_makes_a_range_and_is_named() {
    let desk = Desk::open().await;
    let mut year = killing("HT0111", (2024, 1, 1), "4");
    year.date_precision = DatePrecision::Year.into();
    desk.incident("a-year", year).await.unwrap();
    desk.incident("b-year", killing("HT0111", (2024, 0, 0), "4")).await.unwrap();
    let quarters = [
        ((2024, 1, 1), (2024, 4, 1)),
        ((2024, 4, 1), (2024, 7, 1)),
        ((2024, 7, 1), (2024, 10, 1)),
        ((2024, 10, 1), (2025, 1, 1)),
    ];
    for quarter in quarters {
        let situation = desk.situation("HT", quarter).await;
        let count = &situation.incident_counts[0];
        assert_eq!((count.incidents, count.possible_incidents), (0, 2));
        let names: Vec<&str> = count.possible.iter().map(|used| &*used.record).collect();
        assert_eq!(names, ["missions/m/incidents/a-year", "missions/m/incidents/b-year"]);
        assert_eq!(count.possible[0].doubts, count.possible[1].doubts, "both spellings agree");
        let killed = tally(&situation, Harm::Killed);
        assert_eq!(bounds(killed.quantity.as_ref()), (Some(0), Some(8)));
    }
    let whole = desk.situation("HT", YEAR).await;
    assert_eq!(bounds(tally(&whole, Harm::Killed).quantity.as_ref()), (Some(8), Some(8)));

    let mut month = killing("HT01", (2024, 3, 5), "1");
    month.date_precision = DatePrecision::Month.into();
    desk.incident("c-month", month).await.unwrap();
    for part in [((2024, 3, 1), (2024, 3, 11)), ((2024, 3, 10), (2024, 4, 1))] {
        let count = desk.situation("HT08", part).await;
        assert!(count.incident_counts.is_empty(), "another area");
        let situation = desk.situation("HT01", part).await;
        assert_eq!(situation.incident_counts[0].possible_incidents, 3);
    }
    // Known only to the department, it may lie in the commune.
    let commune = desk.situation("HT0111", YEAR).await;
    let possible = &commune.incident_counts[0].possible[0];
    assert_eq!(possible.record, "missions/m/incidents/c-month");
    assert_eq!(possible.doubts, [i32::from(pb::Doubt::Area)]);
}
