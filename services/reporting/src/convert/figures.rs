use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, history::Revision};
use muster_service::{
    resource::Content, wire, wire::wire_date, wire::wire_period, wire::wire_quantity,
    wire::wire_source, wire_enum, words::FromWire, words::required,
};
use muster_values::{MissionId, Stored, Unit};

use super::wire_precision;
use crate::domain::{
    figure::{Breakdown, Figure, FigureRole, FlowMetric, Kind, StockMetric},
    incident::{AgeBand, DatePrecision, Sex},
    parts::Wrong,
};

wire_enum!(
    FlowMetric,
    pb::FlowMetric {
        Killed,
        Injured,
        KilledOrInjured,
        Kidnapped,
        GenderBasedViolenceIncidents,
        Displaced,
        EscapedDetainees,
    }
);
wire_enum!(StockMetric, pb::StockMetric { Displaced, DisplacedInSites });
wire_enum!(FigureRole, pb::FigureRole { Recommended, Triangulation });

impl Content for Figure {
    type Message = pb::Figure;

    fn unpack(figure: pb::Figure, _mission: &MissionId) -> Result<Self, FieldViolation> {
        let (kind, precision) = match figure.kind.required().at("kind")? {
            pb::figure::Kind::Flow(wire) => flow(&wire).at("flow")?,
            pb::figure::Kind::Stock(wire) => stock(&wire).at("stock")?,
        };
        let read = Self {
            kind,
            precision,
            quantity: wire::quantity_of(unit(kind), figure.quantity).at("quantity")?,
            area: figure.area_code,
            place_name: figure.place_name,
            breakdown: (figure.breakdown.into_iter().enumerate())
                .map(|(index, wire)| breakdown(unit(kind), wire).at_index("breakdown", index))
                .collect::<Result<_, _>>()?,
            source: figure.source.required().and_then(wire::source).at("source")?,
            role: required(figure.role).at("role")?,
            note: figure.note,
            // So a correction of the retraction makes the figure stand again.
            retracted: false,
        };
        read.check_parts().map_err(|wrong| match wrong {
            Wrong::Twice(row) => FieldViolation::new("speaks of the same people twice")
                .under(&format!("breakdown[{row}]")),
            Wrong::Exceed => {
                FieldViolation::new("must not add up to more than the quantity").under("breakdown")
            }
        })?;
        Ok(read)
    }

    fn pack(stored: &Stored<Self>) -> pb::Figure {
        pb::Figure {
            kind: Some(wire_kind(stored)),
            quantity: Some(wire_quantity(&stored.quantity)),
            area_code: stored.area.clone(),
            place_name: stored.place_name.clone(),
            breakdown: stored.breakdown.iter().map(wire_breakdown).collect(),
            source: Some(wire_source(&stored.source)),
            role: pb::FigureRole::from(stored.role).into(),
            note: stored.note.clone(),
            revision: stored.revision,
            retracted: stored.retracted,
            ..pb::Figure::default()
        }
    }
}

/// Reads a revision that is kept.
pub fn kept(revision: &Revision) -> Result<Stored<Figure>, FieldViolation> {
    let wire: pb::Figure = super::kept(revision)?;
    let retracted = wire.retracted;
    let mut figure: Stored<Figure> = super::record(revision, wire)?;
    figure.retracted = retracted;
    Ok(figure)
}

fn flow(wire: &pb::FlowFigure) -> Result<(Kind, DatePrecision), FieldViolation> {
    let metric = required(wire.metric).at("metric")?;
    let period = wire::period(wire.period).at("period")?;
    Ok((Kind::Flow { metric, period }, precision(wire.precision)))
}

fn stock(wire: &pb::StockFigure) -> Result<(Kind, DatePrecision), FieldViolation> {
    let metric = required(wire.metric).at("metric")?;
    let as_of = wire::required_date(wire.as_of_date).at("as_of_date")?;
    Ok((Kind::Stock { metric, as_of }, precision(wire.precision)))
}

fn precision(wire: i32) -> DatePrecision {
    DatePrecision::from_wire(wire).unwrap_or(DatePrecision::Day)
}

fn unit(kind: Kind) -> Unit {
    match kind {
        Kind::Flow { metric: FlowMetric::GenderBasedViolenceIncidents, .. } => Unit::Incidents,
        Kind::Flow { .. } | Kind::Stock { .. } => Unit::People,
    }
}

fn breakdown(unit: Unit, wire: pb::FigureBreakdown) -> Result<Breakdown, FieldViolation> {
    Ok(Breakdown {
        sex: Sex::from_wire(wire.sex),
        age_band: AgeBand::from_wire(wire.age_band),
        quantity: wire::quantity_of(unit, wire.quantity).at("quantity")?,
    })
}

fn wire_kind(figure: &Figure) -> pb::figure::Kind {
    let precision = wire_precision(figure.precision);
    match figure.kind {
        Kind::Flow { metric, period } => pb::figure::Kind::Flow(pb::FlowFigure {
            metric: pb::FlowMetric::from(metric).into(),
            period: Some(wire_period(period)),
            precision,
        }),
        Kind::Stock { metric, as_of } => pb::figure::Kind::Stock(pb::StockFigure {
            metric: pb::StockMetric::from(metric).into(),
            as_of_date: Some(wire_date(as_of)),
            precision,
        }),
    }
}

fn wire_breakdown(part: &Breakdown) -> pb::FigureBreakdown {
    pb::FigureBreakdown {
        sex: super::incidents::wire_sex(part.sex),
        age_band: super::incidents::wire_age_band(part.age_band),
        quantity: Some(wire_quantity(&part.quantity)),
    }
}
