//! Speaks gRPC: unpacks a request, asks the app, packs the answer.

mod errors;
mod history;
mod missions;
mod areas;
mod partners;
mod mandates;
mod pledges;
mod contingents;
mod steps;
mod checks;
mod movements;
mod sites;
mod claims;
mod strength;

use muster_proto::deployment::v1 as pb;
use muster_service::{
    feed as change_feed, feed::Feed, serve, server::MAX_QUESTION_BYTES, server::reflection,
};
use tonic::service::{LayerExt, Routes};
use tonic_health::pb::health_server::{Health, HealthServer};

use crate::{PACKAGE, app::App, feed::ChangeFeed};

/// Handles calls by asking the app.
#[derive(Clone)]
struct Handler {
    app: App,
}

pub fn routes(app: &App, feed: Feed, health: HealthServer<impl Health>) -> Routes {
    let handler = Handler { app: app.clone() };
    Routes::new(health.max_decoding_message_size(MAX_QUESTION_BYTES))
        .add_service(reflection::current(PACKAGE))
        .add_service(reflection::older(PACKAGE))
        .add_service(serve!(pb::mission_service_server::MissionServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::area_service_server::AreaServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::partner_service_server::PartnerServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::mandate_service_server::MandateServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::pledge_service_server::PledgeServiceServer<_>, handler.clone()))
        .add_service(serve!(
            pb::contingent_service_server::ContingentServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(
            pb::contingent_step_service_server::ContingentStepServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(
            pb::readiness_check_service_server::ReadinessCheckServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(pb::movement_service_server::MovementServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::site_service_server::SiteServiceServer<_>, handler.clone()))
        .add_service(serve!(
            pb::strength_claim_service_server::StrengthClaimServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(pb::strength_service_server::StrengthServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::history_service_server::HistoryServiceServer<_>, handler.clone()))
        .add_service(change_feed::layer().named_layer(serve!(
            pb::change_feed_service_server::ChangeFeedServiceServer<_>,
            ChangeFeed::new(feed)
        )))
}
