use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, history::Revision};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_date, wire::wire_period,
    wire::wire_quantity, wire::wire_source, wire_enum, words::FromWire, words::required,
};
use muster_values::{Id, MissionId, Unit, name};

use super::wire_precision;
use crate::{
    app::FigureContent,
    domain::{
        figure::{Breakdown, Figure, FigureRole, FlowMetric, Kind, StockMetric},
        incident::{AgeBand, DatePrecision, Sex},
    },
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

pub fn create(
    request: pb::CreateFigureRequest,
) -> Result<((MissionId, Id), FigureContent), FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    Ok(((mission, Id::trusted(request.figure_id)), content(request.figure)?))
}

/// Reads the field `figure`, whole.
pub fn content(figure: Option<pb::Figure>) -> Result<FigureContent, FieldViolation> {
    figure.required().and_then(read).at("figure")
}

fn read(figure: pb::Figure) -> Result<FigureContent, FieldViolation> {
    let (kind, precision) = match figure.kind.required().at("kind")? {
        pb::figure::Kind::Flow(wire) => flow(&wire).at("flow")?,
        pb::figure::Kind::Stock(wire) => stock(&wire).at("stock")?,
    };
    Ok(FigureContent {
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
    })
}

/// Reads a revision that is kept.
pub fn kept(revision: &Revision) -> Result<Figure, FieldViolation> {
    let wire: pb::Figure = super::kept(revision)?;
    let (mission, id) = name::child(&wire.name, "figures").at("name")?;
    let (revision_reason, retracted) = (wire.revision_reason.clone(), wire.retracted);
    let recorded_at = wire::required_time(wire.record_time).at("record_time")?;
    let created_at = wire::required_time(wire.create_time).at("create_time")?;
    let content = read(wire)?;
    let figure = content.into_figure(mission, id, created_at);
    let revision = revision.revision;
    Ok(Figure { revision, revision_reason, retracted, recorded_at, ..figure })
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

impl Resource for Figure {
    type Message = pb::Figure;

    fn resource_name(&self) -> String {
        self.name()
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Figure {
        pb::Figure {
            name: self.name(),
            kind: Some(wire_kind(self)),
            quantity: Some(wire_quantity(&self.quantity)),
            area_code: self.area.clone(),
            place_name: self.place_name.clone(),
            breakdown: self.breakdown.iter().map(wire_breakdown).collect(),
            source: Some(wire_source(&self.source)),
            role: pb::FigureRole::from(self.role).into(),
            note: self.note.clone(),
            revision: self.revision,
            revision_reason: self.revision_reason.clone(),
            retracted: self.retracted,
            record_time: Some(timestamp(self.recorded_at)),
            create_time: Some(timestamp(self.created_at)),
            etag: etag(self.revision),
        }
    }
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
