use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_sources, wire_enum, words::required,
};
use muster_values::{Id, MissionId};

use crate::{
    app::NewPartner,
    domain::partner::{Partner, Role},
};

wire_enum!(Role, pb::PartnerRole { Lead, Contributor, HostForce, Monitor, Donor });

pub fn create(request: pb::CreatePartnerRequest) -> Result<NewPartner, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let partner = request.partner.required().at("partner")?;
    Ok(NewPartner {
        mission,
        id: Id::known(request.partner_id),
        display_name: partner.display_name,
        country: Some(partner.country_code).filter(|code| !code.is_empty()),
        roles: roles(&partner.roles).at("partner")?,
        sources: wire::sources(partner.sources).at("partner")?,
    })
}

fn roles(wire: &[i32]) -> Result<Vec<Role>, FieldViolation> {
    let mut roles = Vec::new();
    for (index, number) in wire.iter().enumerate() {
        let role = required(*number).at_index("roles", index)?;
        if roles.contains(&role) {
            return Err(FieldViolation::new("names a role twice")).at_index("roles", index);
        }
        roles.push(role);
    }
    Ok(roles)
}

impl Resource for Partner {
    type Message = pb::Partner;

    fn resource_name(&self) -> String {
        self.mission.child("partners", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Partner {
        pb::Partner {
            name: self.resource_name(),
            display_name: self.display_name.clone(),
            country_code: self.country.clone().unwrap_or_default(),
            roles: self.roles.iter().map(|role| pb::PartnerRole::from(*role).into()).collect(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}
