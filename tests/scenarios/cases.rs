//! Inputs that once were misread, each with its right answer: one table of calls for each kind.

mod calls;
mod numbers;
mod places;
mod sums;

use muster::client::Client;
use muster_proto::{
    common::v1::{Period, Quantity, Source},
    google::r#type::Date,
    reporting::v1::{
        self as pb, FigureRole, FlowMetric, Harm, IncidentType, NumberRule, Sex, StockMetric,
        VerificationState, figure::Kind, figure_service_client::FigureServiceClient,
        incident_service_client::IncidentServiceClient, situation_number::Metric,
        situation_service_client::SituationServiceClient,
    },
};
use muster_tests::{World, at, field_violations, no_older_than};
use time::macros::datetime;
use tonic::Status;

#[expect(clippy::unnecessary_wraps, reason = "fields take it so")]
fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

#[expect(clippy::unnecessary_wraps, reason = "fields take it so")]
fn period(from: (i32, i32, i32), to: (i32, i32, i32)) -> Option<Period> {
    Some(Period { start_date: date(from.0, from.1, from.2), end_date: date(to.0, to.1, to.2) })
}

#[expect(clippy::unnecessary_wraps, reason = "fields take it so")]
fn words(as_written: &str) -> Option<Quantity> {
    Some(Quantity { as_written: as_written.into(), ..Quantity::default() })
}

fn press() -> Source {
    Source { publisher: "Press".into(), ..Source::default() }
}

const YEAR: ((i32, i32, i32), (i32, i32, i32)) = ((2024, 1, 1), (2025, 1, 1));

fn flow(
    metric: FlowMetric,
    days: ((i32, i32, i32), (i32, i32, i32)),
    quantity: &str,
) -> pb::Figure {
    pb::Figure {
        kind: Some(Kind::Flow(pb::FlowFigure {
            metric: metric.into(),
            period: period(days.0, days.1),
            precision: 0,
        })),
        quantity: words(quantity),
        area_code: "HT".into(),
        source: Some(press()),
        role: FigureRole::Triangulation.into(),
        ..pb::Figure::default()
    }
}

fn stock(on: (i32, i32, i32), quantity: &str) -> pb::Figure {
    pb::Figure {
        kind: Some(Kind::Stock(pb::StockFigure {
            metric: StockMetric::Displaced.into(),
            as_of_date: date(on.0, on.1, on.2),
            precision: 0,
        })),
        ..flow(FlowMetric::Displaced, YEAR, quantity)
    }
}

fn casualties(harm: Harm, sex: Sex, quantity: &str) -> pb::CasualtyCount {
    pb::CasualtyCount { harm: harm.into(), quantity: words(quantity), sex: sex.into(), age_band: 0 }
}

/// A killing of so many, in an area, on a date of which a part may be 0.
fn killing(area: &str, on: (i32, i32, i32), killed: &str) -> pb::Incident {
    pb::Incident {
        r#type: IncidentType::Killing.into(),
        occur_date: date(on.0, on.1, on.2),
        area_code: area.into(),
        casualties: vec![casualties(Harm::Killed, Sex::Unspecified, killed)],
        narrative: "People were killed.".into(),
        language_code: "en".into(),
        sources: vec![press()],
        ..pb::Incident::default()
    }
}

/// A desk where the mission is known.
struct Desk {
    world: World,
    token: String,
}

impl Desk {
    async fn open() -> Self {
        let world = World::start().await;
        let token = world.ready_mission().await.consistency;
        Self { world, token }
    }

    fn client(&self) -> &Client {
        &self.world.client
    }

    async fn figure(&self, id: &str, figure: pb::Figure) -> Result<pb::Figure, Status> {
        let request = pb::CreateFigureRequest {
            parent: "missions/m".into(),
            figure_id: id.into(),
            figure: Some(figure),
            ..Default::default()
        };
        let mut figures = FigureServiceClient::new(self.client().reporting.clone());
        Ok(figures.create_figure(no_older_than(request, &self.token)).await?.into_inner())
    }

    async fn incident(&self, id: &str, incident: pb::Incident) -> Result<pb::Incident, Status> {
        let request = pb::CreateIncidentRequest {
            parent: "missions/m".into(),
            incident_id: id.into(),
            incident: Some(incident),
            ..Default::default()
        };
        let mut incidents = IncidentServiceClient::new(self.client().reporting.clone());
        Ok(incidents.create_incident(no_older_than(request, &self.token)).await?.into_inner())
    }

    async fn look(&self, id: &str, found: VerificationState, note: &str) {
        let request = pb::VerifyIncidentRequest {
            name: format!("missions/m/incidents/{id}"),
            verification_state: found.into(),
            note: note.into(),
            ..Default::default()
        };
        let mut incidents = IncidentServiceClient::new(self.client().reporting.clone());
        incidents.verify_incident(request).await.unwrap();
    }

    async fn situation(
        &self,
        area: &str,
        days: ((i32, i32, i32), (i32, i32, i32)),
    ) -> pb::Situation {
        self.situation_known(area, days, None).await
    }

    async fn situation_known(
        &self,
        area: &str,
        days: ((i32, i32, i32), (i32, i32, i32)),
        as_of_time: Option<prost_types::Timestamp>,
    ) -> pb::Situation {
        let request = pb::GetSituationRequest {
            name: "missions/m".into(),
            area_code: area.into(),
            period: period(days.0, days.1),
            valid_time: at(datetime!(2024-12-31 0:00 UTC)),
            as_of_time,
            ..Default::default()
        };
        let mut situations = SituationServiceClient::new(self.client().reporting.clone());
        situations.get_situation(no_older_than(request, &self.token)).await.unwrap().into_inner()
    }
}

fn number(situation: &pb::Situation, metric: Metric) -> &pb::SituationNumber {
    situation.numbers.iter().find(|number| number.metric == Some(metric)).unwrap()
}

fn bounds(quantity: Option<&Quantity>) -> (Option<i64>, Option<i64>) {
    quantity.map(|quantity| (quantity.at_least, quantity.at_most)).unwrap_or_default()
}

fn tally(situation: &pb::Situation, harm: Harm) -> &pb::CasualtyTally {
    situation.casualties.iter().find(|tally| tally.harm() == harm).unwrap()
}

fn violations(refused: Result<impl std::fmt::Debug, Status>) -> Vec<String> {
    field_violations(&refused.unwrap_err())
}
