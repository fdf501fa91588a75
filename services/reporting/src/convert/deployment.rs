//! What the deployment service's feed tells, as far as this service needs it.

use muster_proto::{
    common::v1::{Change, FeedPosition, ResourceChange},
    deployment::v1 as pb,
};
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    resource::Key, wire, wire::optional_date, wire::optional_time, wire::required_date,
    wire::required_time, words::required,
};
use muster_values::{MissionId, Zone};
use prost::{Message, Name};
use prost_types::Any;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::deployment::{
    Area, Arrival, Contingent, HeadcountEntry, Mandate, Mission, Movement, Partner, Pledge,
    ReceivedChange, ReceivedRevision, Resource, Site, SiteStatus, Snapshot, Step, StrengthClaim,
};

/// The collections that this service has a use for.
const COLLECTIONS: [&str; 13] = [
    "missions",
    "areas",
    "partners",
    "mandates",
    "pledges",
    "contingents",
    "movements",
    "contingents/steps",
    "movements/arrivals",
    "contingents/headcountEntries",
    "sites/statuses",
    "sites",
    "strengthClaims",
];

/// Reads a change. What one revision of it says may be unreadable; its place in the feed is not.
pub fn change(change: &Change) -> Result<ReceivedChange, FieldViolation> {
    Ok(ReceivedChange {
        mission: MissionId::parse(&change.mission).at("mission")?,
        epoch: epoch(&change.epoch)?,
        position: change.position,
        resources: revisions(&change.resources),
    })
}

/// Reads a snapshot. What one revision of it says may be unreadable.
pub fn snapshot(
    place: &FeedPosition,
    resources: &[ResourceChange],
) -> Result<Snapshot, FieldViolation> {
    Ok(Snapshot {
        mission: MissionId::parse(&place.mission).at("mission")?,
        epoch: epoch(&place.epoch)?,
        position: place.position,
        resources: revisions(resources),
    })
}

fn epoch(text: &str) -> Result<Uuid, FieldViolation> {
    text.parse().map_err(|_| FieldViolation::new("must be a UUID")).at("epoch")
}

fn revisions(resources: &[ResourceChange]) -> Vec<ReceivedRevision> {
    resources.iter().filter(|change| is_used(&change.name)).map(revision).collect()
}

/// Whether this service has a use for resources of this name: not for those of a collection that a
/// newer deployment service has.
fn is_used(name: &str) -> bool {
    COLLECTIONS.contains(&Key::of(name).collection.as_str())
}

fn revision(change: &ResourceChange) -> ReceivedRevision {
    let (times, content) = match times(change) {
        Ok(times) => (times, change.resource.as_ref().map(resource).transpose()),
        Err(violation) => {
            ((OffsetDateTime::UNIX_EPOCH, OffsetDateTime::UNIX_EPOCH), Err(violation))
        }
    };
    ReceivedRevision {
        name: change.name.clone(),
        revision: change.revision,
        known_at: times.0,
        recorded_at: times.1,
        content: content.map_err(|violation| format!("{} {}", violation.path(), violation.rule())),
        message: ResourceChange { salt: Vec::new(), digest: Vec::new(), ..change.clone() }
            .encode_to_vec(),
    }
}

/// When it became known, and when it was recorded.
fn times(change: &ResourceChange) -> Result<(OffsetDateTime, OffsetDateTime), FieldViolation> {
    let known_at = required_time(change.known_time).at("known_time")?;
    Ok((known_at, required_time(change.record_time).at("record_time")?))
}

/// Reads a revision that is kept, for those who need what it says.
pub fn kept(message: &[u8]) -> Result<Option<Resource>, FieldViolation> {
    let unreadable = |_| FieldViolation::new("cannot be decoded");
    let change = ResourceChange::decode(message).map_err(unreadable)?;
    change.resource.as_ref().map(resource).transpose()
}

fn resource(any: &Any) -> Result<Resource, FieldViolation> {
    let bytes = any.value.as_slice();
    match any.type_url.rsplit('/').next().unwrap_or_default() {
        kind if kind == pb::Mission::full_name() => read(bytes, mission),
        kind if kind == pb::Area::full_name() => read(bytes, |wire| Ok(area(wire))),
        kind if kind == pb::Partner::full_name() => read(bytes, |wire| Ok(partner(wire))),
        kind if kind == pb::Mandate::full_name() => read(bytes, mandate),
        kind if kind == pb::Pledge::full_name() => read(bytes, pledge),
        kind if kind == pb::Contingent::full_name() => read(bytes, contingent),
        kind if kind == pb::Movement::full_name() => read(bytes, movement),
        kind if kind == pb::ContingentStep::full_name() => read(bytes, step),
        kind if kind == pb::Arrival::full_name() => read(bytes, arrival),
        kind if kind == pb::HeadcountEntry::full_name() => read(bytes, headcount_entry),
        kind if kind == pb::SiteStatus::full_name() => read(bytes, site_status),
        kind if kind == pb::Site::full_name() => read(bytes, |wire| Ok(site(wire))),
        kind if kind == pb::StrengthClaim::full_name() => read(bytes, strength_claim),
        _ => Err(FieldViolation::new("is of a type that is not known").under("resource")),
    }
}

fn read<M: Message + Default>(
    bytes: &[u8],
    convert: impl FnOnce(M) -> Result<Resource, FieldViolation>,
) -> Result<Resource, FieldViolation> {
    let unreadable = |_| FieldViolation::new("cannot be decoded").under("resource");
    convert(M::decode(bytes).map_err(unreadable)?)
}

fn mission(wire: pb::Mission) -> Result<Resource, FieldViolation> {
    Ok(Resource::Mission(Mission {
        name: wire.name,
        display_name: wire.display_name,
        host_country: wire.host_country_code,
        zone: wire.time_zone.parse::<Zone>().at("time_zone")?,
    }))
}

fn area(wire: pb::Area) -> Resource {
    Resource::Area(Area {
        code: last(&wire.name),
        name: wire.name,
        display_name: wire.display_name,
        level: wire.level,
        parent: (!wire.parent_area.is_empty()).then(|| last(&wire.parent_area)),
    })
}

fn partner(wire: pb::Partner) -> Resource {
    Resource::Partner(Partner {
        leads: wire.roles().any(|role| role == pb::PartnerRole::Lead),
        is_host_force: wire.roles().any(|role| role == pb::PartnerRole::HostForce),
        name: wire.name,
        display_name: wire.display_name,
        country: wire.country_code,
    })
}

fn mandate(wire: pb::Mandate) -> Result<Resource, FieldViolation> {
    let (starts_at, ends_at) = wire::interval(wire.validity).at("validity")?;
    let planned = wire.planned_strength.map(|size| wire::quantity(Some(size)));
    Ok(Resource::Mandate(Mandate {
        name: wire.name,
        authority: wire.authority,
        instrument: wire.instrument,
        adopted_on: required_date(wire.adoption_date).at("adoption_date")?,
        starts_at,
        ends_at,
        personnel_ceiling: wire.personnel_ceiling,
        planned_strength: planned.transpose().at("planned_strength")?,
        tasks: wire.tasks.into_iter().map(|task| task.description).collect(),
        sources: wire::sources(wire.sources)?,
    }))
}

fn pledge(wire: pb::Pledge) -> Result<Resource, FieldViolation> {
    let size = wire.size.map(|size| wire::quantity(Some(size)));
    Ok(Resource::Pledge(Pledge {
        name: wire.name,
        partner: wire.partner,
        size: size.transpose().at("size")?,
        offered_on: wire::required_partial_date(wire.offer_date).at("offer_date")?,
        confirmed_on: optional_date(wire.confirm_date).at("confirm_date")?,
        withdrawn_on: optional_date(wire.withdraw_date).at("withdraw_date")?,
        sources: wire::sources(wire.sources)?,
    }))
}

fn contingent(wire: pb::Contingent) -> Result<Resource, FieldViolation> {
    Ok(Resource::Contingent(Contingent {
        name: wire.name,
        display_name: wire.display_name,
        partner: wire.partner,
        state: stage(wire.state).at("state")?,
        headcount: wire.headcount,
        steps: Vec::new(),
        sources: wire::sources(wire.sources)?,
    }))
}

fn step(wire: pb::ContingentStep) -> Result<Resource, FieldViolation> {
    Ok(Resource::Step(Step {
        contingent: outer(&wire.name)?,
        ends_hold: wire.from_state() == pb::ContingentState::OnHold,
        state: stage(wire.to_state).at("to_state")?,
        at: required_time(wire.effective_time).at("effective_time")?,
        note: wire.note,
        name: wire.name,
    }))
}

/// The name of what a resource is a part of.
fn outer(name: &str) -> Result<String, FieldViolation> {
    let parts: Vec<&str> = name.rsplitn(3, '/').collect();
    parts.get(2).map(|outer| (*outer).to_owned()).required().at("name")
}

fn movement(wire: pb::Movement) -> Result<Resource, FieldViolation> {
    let homeward = wire.direction() == pb::MovementDirection::Repatriation;
    let origin = wire.origin.required().at("origin")?;
    let destination = wire.destination.required().at("destination")?;
    let area = destination.area_code;
    Ok(Resource::Movement(Movement {
        name: wire.name,
        contingent: wire.contingent,
        homeward,
        origin: origin.display_name,
        destination: destination.display_name,
        destination_area: (!area.is_empty()).then_some(area),
        departed_at: optional_time(wire.departure_time).at("departure_time")?,
        departed: wire.departed_headcount,
        arrivals: Vec::new(),
        sources: wire::sources(wire.sources)?,
    }))
}

fn arrival(wire: pb::Arrival) -> Result<Resource, FieldViolation> {
    Ok(Resource::Arrival(Arrival {
        movement: outer(&wire.name)?,
        at: required_time(wire.arrival_time).at("arrival_time")?,
        headcount: wire.headcount,
        name: wire.name,
    }))
}

fn headcount_entry(wire: pb::HeadcountEntry) -> Result<Resource, FieldViolation> {
    Ok(Resource::HeadcountEntry(HeadcountEntry {
        contingent: outer(&wire.name)?,
        from: required(wire.from_account).at("from_account")?,
        to: required(wire.to_account).at("to_account")?,
        headcount: wire.headcount,
        effective_at: required_time(wire.effective_time).at("effective_time")?,
        recorded_at: required_time(wire.record_time).at("record_time")?,
        cause: wire.cause,
        name: wire.name,
    }))
}

fn site(wire: pb::Site) -> Resource {
    Resource::Site(Site {
        name: wire.name,
        display_name: wire.display_name,
        area: wire.area_code,
        history: Vec::new(),
    })
}

fn site_status(wire: pb::SiteStatus) -> Result<Resource, FieldViolation> {
    let control = pb::SiteControl::try_from(wire.control).ok();
    Ok(Resource::SiteStatus(SiteStatus {
        site: outer(&wire.name)?,
        control: word(control.map(|control| control.as_str_name()), "SITE_CONTROL_")
            .at("control")?,
        holder: wire.holder,
        at: required_time(wire.effective_time).at("effective_time")?,
        note: wire.note,
        sources: wire::sources(wire.sources)?,
        name: wire.name,
    }))
}

fn strength_claim(wire: pb::StrengthClaim) -> Result<Resource, FieldViolation> {
    Ok(Resource::StrengthClaim(StrengthClaim {
        name: wire.name,
        measure: required(wire.measure).at("measure")?,
        quantity: wire::quantity(wire.quantity).at("quantity")?,
        as_of: required_date(wire.as_of_date).at("as_of_date")?,
        subject: wire.subject,
        note: wire.note,
        sources: wire::sources(wire.sources)?,
    }))
}

fn stage(wire: i32) -> Result<String, FieldViolation> {
    let state = pb::ContingentState::try_from(wire).ok();
    word(state.map(|state| state.as_str_name()), "CONTINGENT_STATE_")
}

/// The word of an enum value, without its prefix; a value that is not known here has none.
fn word(name: Option<&'static str>, prefix: &str) -> Result<String, FieldViolation> {
    match name.and_then(|name| name.strip_prefix(prefix)) {
        Some("UNSPECIFIED") | None => Err(FieldViolation::new("has a value that is not known")),
        Some(word) => Ok(word.to_lowercase()),
    }
}

/// The last part of a resource's name.
fn last(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change<M: Message + Name>(name: &str, message: &M) -> ResourceChange {
        let resource = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let now = Some(prost_types::Timestamp::default());
        ResourceChange {
            name: name.to_owned(),
            revision: 1,
            resource: Some(resource),
            known_time: now,
            record_time: now,
            ..ResourceChange::default()
        }
    }

    #[test]
    fn collections_that_are_not_used_here_are_passed_over() {
        let name = "missions/m/contingents/c/readinessChecks/r";
        let check = change(name, &pb::ReadinessCheck::default());
        assert!(revisions(&[check]).is_empty());
    }

    #[test]
    fn what_cannot_be_read_keeps_its_place_and_says_why() {
        let contingent = pb::Contingent { state: 99, ..pb::Contingent::default() };
        let told = revision(&change("missions/m/contingents/c", &contingent));
        assert_eq!(told.content, Err("state has a value that is not known".to_owned()));
        assert_eq!((told.name.as_str(), told.revision), ("missions/m/contingents/c", 1));
    }

    #[test]
    fn areas_know_their_codes() {
        let area = pb::Area {
            name: "missions/m/areas/HT01".to_owned(),
            parent_area: "missions/m/areas/HT".to_owned(),
            ..pb::Area::default()
        };
        let Ok(Some(Resource::Area(area))) =
            revision(&change("missions/m/areas/HT01", &area)).content
        else {
            panic!("no area");
        };
        assert_eq!((area.code.as_str(), area.parent.as_deref()), ("HT01", Some("HT")));
    }
}
