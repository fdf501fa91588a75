use muster_proto::{deployment::v1 as pb, google::r#type::LatLng};
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_sources, wire_enum, words::required,
};
use muster_values::{Id, MissionId};

use crate::{
    app::NewSite,
    domain::site::{Control, Site, SiteKind, SiteStatus},
};

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

pub fn create(request: pb::CreateSiteRequest) -> Result<NewSite, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let site = request.site.required().at("site")?;
    read(mission, Id::known(request.site_id), site).at("site")
}

fn read(mission: MissionId, id: Id, site: pb::Site) -> Result<NewSite, FieldViolation> {
    Ok(NewSite {
        mission,
        id,
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

impl Resource for Site {
    type Message = pb::Site;

    fn resource_name(&self) -> String {
        self.mission.child("sites", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Site {
        pb::Site {
            name: self.resource_name(),
            display_name: self.display_name.clone(),
            kind: pb::SiteKind::from(self.kind).into(),
            area_code: self.area.clone(),
            point: self.point.map(|(latitude, longitude)| LatLng { latitude, longitude }),
            status_history: self.history.iter().map(wire_status).collect(),
            status: self.history.last().map(wire_status),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
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
