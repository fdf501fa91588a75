use muster_proto::deployment::v1 as pb;
use muster_service::{AtField, FieldViolation};
use muster_service::{resource::Content, wire, wire::wire_sources, wire_enum, words::required};
use muster_values::{MissionId, Stored};

use crate::domain::partner::{Partner, Role};

wire_enum!(Role, pb::PartnerRole { Lead, Contributor, HostForce, Monitor, Donor });

impl Content for Partner {
    type Message = pb::Partner;

    fn unpack(partner: pb::Partner, _mission: &MissionId) -> Result<Self, FieldViolation> {
        Ok(Self {
            display_name: partner.display_name,
            country: Some(partner.country_code).filter(|code| !code.is_empty()),
            roles: roles(&partner.roles)?,
            sources: wire::sources(partner.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Partner {
        pb::Partner {
            display_name: stored.display_name.clone(),
            country_code: stored.country.clone().unwrap_or_default(),
            roles: stored.roles.iter().map(|role| pb::PartnerRole::from(*role).into()).collect(),
            sources: wire_sources(&stored.sources),
            ..pb::Partner::default()
        }
    }
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
