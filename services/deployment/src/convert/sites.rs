use muster_proto::{deployment::v1 as pb, google::r#type::LatLng};
use muster_service::{AtField, FieldViolation};
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
            status: None,
            sources: wire::sources(site.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Site {
        pb::Site {
            display_name: stored.display_name.clone(),
            kind: pb::SiteKind::from(stored.kind).into(),
            area_code: stored.area.clone(),
            point: stored.point.map(|(latitude, longitude)| LatLng { latitude, longitude }),
            status: stored.status.as_ref().map(wire_status),
            sources: wire_sources(&stored.sources),
            ..pb::Site::default()
        }
    }
}

impl Content for SiteStatus {
    type Message = pb::SiteStatus;

    fn unpack(status: pb::SiteStatus, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            control: required(status.control).at("control")?,
            effective_at: wire::required_time(status.effective_time).at("effective_time")?,
            holder: status.holder,
            note: status.note,
            sources: wire::sources(status.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::SiteStatus {
        wire_status(&stored.content)
    }
}

fn wire_status(status: &SiteStatus) -> pb::SiteStatus {
    pb::SiteStatus {
        control: pb::SiteControl::from(status.control).into(),
        effective_time: Some(timestamp(status.effective_at)),
        holder: status.holder.clone(),
        note: status.note.clone(),
        sources: wire_sources(&status.sources),
        ..pb::SiteStatus::default()
    }
}
