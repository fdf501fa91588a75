use muster_proto::{deployment::v1 as pb, google::r#type::LatLng};
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    resource::Content, wire, wire::timestamp, wire::wire_sources, wire_enum, words::required,
};
use muster_values::{MissionId, Stored};

use crate::domain::site::{Control, Site, SiteKind, SiteStatus};

wire_enum!(
    SiteKind,
    pb::SiteKind {
        Airport,
        Seaport,
        Hospital,
        Government,
        Police,
        Prison,
        Base,
        Road,
        Training,
        Other,
    }
);
wire_enum!(Control, pb::SiteControl { Secured, Contested, Lost, Closed });

impl Content for Site {
    type Message = pb::Site;

    fn unpack(site: pb::Site, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            display_name: site.display_name,
            kind: required(site.kind).at("kind")?,
            area: site.area_code,
            point: site.point.map(|point| (point.latitude, point.longitude)),
            history: (site.status_history.into_iter().enumerate())
                .map(|(index, wire)| status(wire).at_index("status_history", index))
                .collect::<Result<_, _>>()?,
            sources: wire::sources(site.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Site {
        pb::Site {
            display_name: stored.display_name.clone(),
            kind: pb::SiteKind::from(stored.kind).into(),
            area_code: stored.area.clone(),
            point: stored.point.map(|(latitude, longitude)| LatLng { latitude, longitude }),
            status_history: stored.history.iter().map(wire_status).collect(),
            status: stored.history.last().map(wire_status),
            sources: wire_sources(&stored.sources),
            ..pb::Site::default()
        }
    }
}

pub fn record(wire: Option<pb::SiteStatus>) -> Result<SiteStatus, FieldViolation> {
    wire.required().and_then(status).at("status")
}

fn status(wire: pb::SiteStatus) -> Result<SiteStatus, FieldViolation> {
    let effective_at = wire::required_time(wire.effective_time).at("effective_time")?;
    Ok(SiteStatus {
        control: required(wire.control).at("control")?,
        effective_at,
        holder: wire.holder,
        note: wire.note,
        sources: wire::sources(wire.sources)?,
        // The app says when it was recorded.
        recorded_at: effective_at,
    })
}

fn wire_status(status: &SiteStatus) -> pb::SiteStatus {
    pb::SiteStatus {
        control: pb::SiteControl::from(status.control).into(),
        effective_time: Some(timestamp(status.effective_at)),
        holder: status.holder.clone(),
        note: status.note.clone(),
        sources: wire_sources(&status.sources),
        record_time: Some(timestamp(status.recorded_at)),
    }
}
