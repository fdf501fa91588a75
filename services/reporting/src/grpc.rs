//! Speaks gRPC: unpacks a request, asks the app, packs the answer.

mod errors;
mod history;
mod incidents;
mod figures;
mod assessments;
mod statements;
mod timeline;
mod situation;
mod reports;
mod link;

use muster_proto::reporting::v1 as pb;
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
        .add_service(serve!(pb::incident_service_server::IncidentServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::figure_service_server::FigureServiceServer<_>, handler.clone()))
        .add_service(serve!(
            pb::area_control_service_server::AreaControlServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(
            pb::statement_service_server::StatementServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(pb::timeline_service_server::TimelineServiceServer<_>, handler.clone()))
        .add_service(serve!(
            pb::situation_service_server::SituationServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(
            pb::situation_report_service_server::SituationReportServiceServer<_>,
            handler.clone()
        ))
        .add_service(serve!(pb::link_service_server::LinkServiceServer<_>, handler.clone()))
        .add_service(serve!(pb::history_service_server::HistoryServiceServer<_>, handler.clone()))
        .add_service(change_feed::layer().named_layer(serve!(
            pb::change_feed_service_server::ChangeFeedServiceServer<_>,
            ChangeFeed::new(feed, app.clone())
        )))
}
